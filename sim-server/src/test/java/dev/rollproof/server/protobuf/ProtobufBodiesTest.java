// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Shape;
import dev.rollproof.sim.api.Decoding;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.validation.UnknownFields;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protobuf bodies become the trees that their JSON would be. */
class ProtobufBodiesTest {
    /** Kinds that are served and of which no definition is published; clients send them in JSON. */
    private static final Set<String> WITHOUT_DEFINITION = Set.of("EndpointSlice", "HTTPRoute");

    /** Kubernetes 1.35 had it, later ones do not. */
    private static final Set<String> ONLY_IN_DEFINITIONS = Set.of("workloadRef");

    /** What came after 1.35; and what a message says in its envelope, and not within another. */
    private static final Set<String> ONLY_IN_MODELS = Set.of(
            "PersistentVolumeClaim.apiVersion",
            "PersistentVolumeClaim.kind",
            "PodSpec.schedulingGroup",
            "PodStatus.nodeAllocatableResourceClaimStatuses",
            "ResourceHealth.message");

    static Stream<ResourceType<?>> kinds() {
        return ResourceType.all().stream().filter(type -> !WITHOUT_DEFINITION.contains(type.kind()));
    }

    private static Descriptor message(ResourceType<?> type) {
        return Objects.requireNonNull(Definitions.find(type.apiVersion(), type.kind()), type.kind());
    }

    private static Message message(String apiVersion, String kind, String text) {
        return RandomMessages.parse(Objects.requireNonNull(Definitions.find(apiVersion, kind), kind), text);
    }

    private static Map<String, Object> plain(Object tree) {
        return Objects.requireNonNull(Models.parseJson(Models.toJson(tree)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T extends HasMetadata> void everyFieldThatIsSetIsReadByTheModelAndNoOtherIs(ResourceType<T> type) {
        long seed = new Random().nextLong();
        for (int i = 0; i < 40; i++) {
            byte[] body = RandomMessages.body(
                    type.apiVersion(), type.kind(), new RandomMessages(seed + i, i == 0 ? 1 : 0.3).of(message(type)));
            Map<String, Object> tree = plain(ProtobufBodies.tree(body));
            T model = Decoding.model(type, tree);
            assertThat(UnknownFields.of(model))
                    .as("seed " + (seed + i))
                    .allMatch(path -> ONLY_IN_DEFINITIONS.contains(path.substring(path.lastIndexOf('.') + 1)));
            assertThat(withoutClaimsKinds(plain(Models.toTree(model))))
                    .as("seed " + (seed + i))
                    .isEqualTo(tree);
        }
    }

    /** The model has the claims of a StatefulSet say their kind, which messages do only in their envelope. */
    private static Map<String, Object> withoutClaimsKinds(Map<String, Object> tree) {
        if (tree.get("spec") instanceof Map<?, ?> spec && spec.get("volumeClaimTemplates") instanceof List<?> claims) {
            claims.forEach(claim -> ((Map<?, ?>) claim).keySet().removeAll(Set.of("apiVersion", "kind")));
        }
        return tree;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldOfTheModelHasOneInTheMessage(ResourceType<?> type) {
        byte[] body = RandomMessages.body(type.apiVersion(), type.kind(), new RandomMessages(1, 1).of(message(type)));
        Set<String> missing = new TreeSet<>();
        compare(plain(ProtobufBodies.tree(body)), Shape.of(type.model()), missing);
        assertThat(ONLY_IN_MODELS).containsAll(missing);
    }

    private static void compare(Object value, Shape shape, Set<String> missing) {
        if (value instanceof List<?> items) {
            items.forEach(item -> compare(item, shape.ofElement(), missing));
        } else if (value instanceof Map<?, ?> map && shape.kind() == Shape.Kind.MAP) {
            map.values().forEach(item -> compare(item, shape.ofElement(), missing));
        } else if (value instanceof Map<?, ?> map) {
            shape.fields().forEach((name, inner) -> {
                Object item = map.get(name);
                if (item == null) {
                    missing.add(Objects.requireNonNull(shape.model()).getSimpleName() + "." + name);
                } else {
                    compare(item, inner, missing);
                }
            });
        }
    }

    @Test
    void kindsWithoutDefinitionAreKnown() {
        assertThat(ResourceType.all())
                .filteredOn(type -> Definitions.find(type.apiVersion(), type.kind()) == null)
                .extracting(ResourceType::kind)
                .containsExactlyInAnyOrderElementsOf(WITHOUT_DEFINITION);
    }

    @Test
    void zerosAreKeptWhereSomebodySetThemAndOnlyThere() {
        Message deployment = message("apps/v1", "Deployment", """
                metadata {name: "clock" generateName: "" generation: 0 creationTimestamp {}}
                spec {
                  replicas: 0 paused: false minReadySeconds: 0
                  strategy {
                    type: ""
                    rollingUpdate {maxSurge {type: 0 intVal: 0 strVal: ""} maxUnavailable {type: 1 strVal: "50%"}}
                  }
                }
                """);
        assertThat(Models.toJson(ProtobufBodies.tree(RandomMessages.body("apps/v1", "Deployment", deployment))))
                .isEqualTo("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"clock\"},"
                        + "\"spec\":{\"replicas\":0,\"strategy\":{\"rollingUpdate\":{\"maxUnavailable\":\"50%\","
                        + "\"maxSurge\":0}}}}");
    }

    @Test
    void partsThatGoEmbedsArePartsOfTheObject() {
        Message pod = message("v1", "Pod", "spec {volumes {name: \"scratch\" volumeSource {emptyDir {}}}}");
        assertThat(Models.toJson(ProtobufBodies.tree(RandomMessages.body("v1", "Pod", pod))))
                .contains("\"volumes\":[{\"name\":\"scratch\",\"emptyDir\":{}}]");
    }

    @Test
    void optionsOfADeletionAreReadInEveryGroup() {
        Message options = message("v1", "DeleteOptions", "gracePeriodSeconds: 0 propagationPolicy: \"Orphan\"");
        for (String apiVersion : List.of("v1", "apps/v1", "meta.k8s.io/v1")) {
            assertThat(ProtobufBodies.tree(RandomMessages.body(apiVersion, "DeleteOptions", options)))
                    .containsEntry("gracePeriodSeconds", 0L)
                    .containsEntry("propagationPolicy", "Orphan");
        }
    }

    @Test
    void whatIsNoProtobufIsRefusedWithAReason() {
        assertBroken(RandomMessages.bytes(""), "expected prefix [107 56 115 0]");
        assertBroken(RandomMessages.bytes("{\"kind\":\"Pod\"}"), "expected prefix [107 56 115 0]");
        assertBroken(RandomMessages.bytes("k8s\0"), "names no apiVersion and kind");
        assertBroken(RandomMessages.bytes("k8s\0\n\u007f"), "broken protobuf");
        assertBroken(
                RandomMessages.enveloped("typeMeta {apiVersion: \"v1\" kind: \"Pod\"} contentEncoding: \"gzip\""),
                "content encoding gzip");
        Message late = message("v1", "Pod", "metadata {creationTimestamp {seconds: 9223372036854775807}}");
        assertBroken(RandomMessages.body("v1", "Pod", late), "time out of range");
    }

    private static void assertBroken(byte[] body, String reason) {
        assertThatThrownBy(() -> ProtobufBodies.tree(body))
                .isInstanceOf(BrokenProtobufException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aKindWithoutDefinitionIsNamed() {
        byte[] body = RandomMessages.body("example.com/v1", "Gadget", message("v1", "Pod", ""));
        assertThatThrownBy(() -> ProtobufBodies.tree(body))
                .isInstanceOf(UnknownMessageException.class)
                .hasMessage("there is no protobuf definition of Gadget in example.com/v1");
    }

    @Test
    void noBytesWhateverFailInAnyOtherWay() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] whole = RandomMessages.body("v1", "Pod", new RandomMessages(seed, 0.3).of(message(ResourceType.PODS)));
        for (int i = 0; i < 500; i++) {
            byte[] odd = Arrays.copyOf(whole, random.nextInt(4, whole.length + 1));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                odd[random.nextInt(4, Math.max(5, odd.length)) % odd.length] = (byte) random.nextInt();
            }
            try {
                assertThat(ProtobufBodies.tree(odd)).containsKey("kind");
            } catch (BrokenProtobufException | UnknownMessageException refused) {
                assertThat(refused.getMessage()).as("seed " + seed).isNotBlank();
            }
        }
    }
}
