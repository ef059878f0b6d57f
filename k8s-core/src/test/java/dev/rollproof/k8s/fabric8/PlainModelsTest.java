// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick way and Jackson's come to the same, for every field that a kind has. */
class PlainModelsTest {
    private static final KubernetesSerialization JACKSON = new KubernetesSerialization();

    /** A model with something in every field, down to a depth: models hold models of their own kind. */
    private static Object filled(Type type, int depth) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            Object item = filled(arguments[arguments.length - 1], depth);
            return generic.getRawType() == List.class
                    ? new ArrayList<>(List.of(item, item))
                    : new LinkedHashMap<>(Map.of("a/key", item));
        }
        Class<?> wanted = (Class<?>) type;
        if (wanted == String.class || wanted == Object.class) {
            return "a \"text\", ü";
        }
        if (wanted == Integer.class) {
            return 7;
        }
        if (wanted == Long.class) {
            return 8L;
        }
        if (wanted == Boolean.class) {
            return true;
        }
        if (wanted == IntOrString.class) {
            return depth % 2 == 0 ? new IntOrString("25%") : new IntOrString(1);
        }
        if (wanted == Quantity.class) {
            return new Quantity("500", "m");
        }
        if (wanted == MicroTime.class) {
            return new MicroTime("2026-01-01T00:00:00.000001Z");
        }
        if (wanted == FieldsV1.class) {
            FieldsV1 fields = new FieldsV1();
            fields.setAdditionalProperty("f:spec", new LinkedHashMap<>(Map.of("f:replicas", new LinkedHashMap<>())));
            return fields;
        }
        ModelClass model = ModelClass.of(wanted).orElseThrow();
        Object made = model.create();
        for (ModelClass.Property property : model.properties()) {
            if (depth > 0) {
                property.field().set(made, filled(property.type(), depth - 1));
            }
        }
        return made;
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Deployment.class,
                ReplicaSet.class,
                StatefulSet.class,
                DaemonSet.class,
                ControllerRevision.class,
                PodDisruptionBudget.class,
                Role.class,
                RoleBinding.class,
                ClusterRole.class,
                ClusterRoleBinding.class,
                Pod.class,
                Service.class,
                EndpointSlice.class,
                Event.class,
                Namespace.class,
                Node.class,
                ConfigMap.class,
                Secret.class,
                ServiceAccount.class,
                ResourceQuota.class
            })
    void copiesTreesAndModelsAreJacksons(Class<?> type) throws ReflectiveOperationException {
        for (int depth : new int[] {0, 1, 3, 9}) {
            Object model = filled(type, depth);
            assertThat(PlainModels.copy(model)).contains(JACKSON.clone(model));
            Map<String, Object> tree = PlainModels.toTree(model, part -> JACKSON.convertValue(part, Object.class))
                    .orElseThrow();
            assertThat(tree).isEqualTo(JACKSON.convertValue(model, LinkedHashMap.class));
            assertThat(JACKSON.asJson(tree)).as("in the same order").isEqualTo(JACKSON.asJson(model));
            assertThat(Models.fromTree(tree, type)).isEqualTo(JACKSON.convertValue(tree, type));
            assertThat(PlainModels.sameTree(
                            model, JACKSON.clone(model), part -> JACKSON.convertValue(part, Object.class)))
                    .contains(true);
        }
    }

    @Test
    void modelsOfTheCommonKindsAreMadeTheQuickWay() throws ReflectiveOperationException {
        for (Class<?> type : List.of(Deployment.class, Pod.class, Service.class, EndpointSlice.class)) {
            Map<String, Object> tree = Models.toTree(filled(type, 2));
            assertThat(PlainModels.fromTree(tree, type, JACKSON::convertValue))
                    .as("%s", type)
                    .isPresent();
        }
    }

    @Test
    void aCopySharesNoListMapOrModel() throws ReflectiveOperationException {
        Pod pod = (Pod) filled(Pod.class, 4);
        Pod copy = PlainModels.copy(pod).orElseThrow();
        copy.getMetadata().getLabels().clear();
        copy.getSpec().getContainers().get(0).setImage("other");
        copy.getSpec().getContainers().remove(1);
        assertThat(pod).isEqualTo(filled(Pod.class, 4));
    }

    @Test
    void aCopySharesNoEmptyListOrMapEither() {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build();
        pod.getMetadata().setLabels(new LinkedHashMap<>());
        Pod copy = PlainModels.copy(pod).orElseThrow();
        copy.getMetadata().getLabels().put("app", "clock");
        copy.getSpec().getContainers().add(new Container());
        copy.setAdditionalProperty("more", 1);
        assertThat(pod.getMetadata().getLabels()).isEmpty();
        assertThat(pod.getSpec().getContainers()).isEmpty();
        assertThat(pod.getAdditionalProperties()).isEmpty();
    }

    private static boolean areTheSame(Container one, Container other) {
        boolean said = Models.haveSameTree(one, other);
        assertThat(said)
                .as("%s and %s, by their trees", one, other)
                .isEqualTo(Models.toTree(one).equals(Models.toTree(other)));
        assertThat(Models.haveSameTree(other, one)).isEqualTo(said);
        return said;
    }

    @Test
    void twoModelsAreTheSameWhereTheirTreesAre() {
        Container none = new Container();
        none.setCommand(null);
        Container empty = new Container();
        empty.setCommand(new ArrayList<>());
        assertThat(areTheSame(none, empty)).isTrue();

        Container named = new Container();
        named.setName("clock");
        assertThat(areTheSame(none, named)).isFalse();
        Container other = new Container();
        other.setName("cl" + "ock");
        assertThat(areTheSame(named, other)).isTrue();
        other.setCommand(List.of("a"));
        assertThat(areTheSame(named, other)).isFalse();
        named.setCommand(List.of("a", "b"));
        assertThat(areTheSame(named, other)).isFalse();
        named.setCommand(List.of("a"));
        assertThat(areTheSame(named, other)).isTrue();

        Container half = new ContainerBuilder()
                .withNewResources()
                .addToLimits("cpu", new Quantity("500m"))
                .endResources()
                .build();
        Container also = new ContainerBuilder()
                .withNewResources()
                .addToLimits("cpu", new Quantity("0.5"))
                .endResources()
                .build();
        assertThat(areTheSame(half, also)).as("the same amount in another text").isFalse();
        Container memory = new ContainerBuilder()
                .withNewResources()
                .addToLimits("memory", new Quantity("500m"))
                .endResources()
                .build();
        assertThat(areTheSame(half, memory)).isFalse();

        Container odd = new Container();
        odd.setAdditionalProperty("imge", "clock:1.0");
        assertThat(areTheSame(none, odd)).isFalse();
        Container asOdd = new Container();
        asOdd.setAdditionalProperty("imge", "clock:1.0");
        assertThat(areTheSame(odd, asOdd)).isTrue();
    }

    @Test
    void whatIsNotPlainIsLeftToJackson() {
        assertThat(PlainModels.fromTree(Map.of("kind", "Pod", "sppec", Map.of()), Pod.class, JACKSON::convertValue))
                .as("an unknown field is kept as an additional property")
                .isEmpty();
        assertThat(Models.fromTree(Map.of("kind", "Pod", "sppec", Map.of()), Pod.class)
                        .getAdditionalProperties())
                .containsKey("sppec");
        assertThat(PlainModels.fromTree(Map.of("name", 7), Container.class, JACKSON::convertValue))
                .as("a number for a text")
                .isEmpty();
        assertThat(Models.fromTree(Map.of("name", 7), Container.class).getName())
                .isEqualTo("7");
        assertThat(PlainModels.fromTree(Map.of("replicas", 1L << 40), Deployment.class, JACKSON::convertValue))
                .isEmpty();
        assertThat(PlainModels.copy(new Object())).isEmpty();
        Container odd = new Container();
        odd.setAdditionalProperty("imge", "clock:1.0");
        assertThat(PlainModels.toTree(odd, part -> part)).isEmpty();
        assertThat(Models.toTree(odd)).containsEntry("imge", "clock:1.0");
        assertThat(PlainModels.copy(odd)).contains(odd);
    }
}
