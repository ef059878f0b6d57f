// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.server.api.Answer;
import dev.rollproof.server.api.ApiRequest;
import dev.rollproof.server.api.KubernetesApi;
import dev.rollproof.server.api.Parameters;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.sim.api.ResourceType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the fuzzer has found, each once more as what it was. */
class FoundByFuzzingTest {
    private static final String JSON = "application/json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON_PATCH = "application/json-patch+json";

    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final KubernetesApi api = new KubernetesApi(cluster.serverSide(), Runnable::run);

    private Answer.Whole send(String method, ResourceType<?> type, String name, String contentType, String body) {
        List<String> path = new ArrayList<>(
                type.group().isEmpty() ? List.of("api", "v1") : List.of("apis", type.group(), type.version()));
        path.addAll(List.of("namespaces", "default", type.plural()));
        if (!name.isEmpty()) {
            path.addAll(List.of(name.split("/", -1)));
        }
        return (Answer.Whole) api.handle(new ApiRequest(
                method,
                path,
                false,
                new Parameters(Map.of()),
                header -> header.equals("Content-Type") ? contentType : null,
                body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String seed(ResourceType<?> type) {
        return Objects.requireNonNull(Seeds.all().get(type));
    }

    private void create(ResourceType<?> type) {
        assertThat(send("POST", type, "", JSON, seed(type)).status()).isEqualTo(201);
    }

    private static Object at(Answer.Whole answer, String field) {
        Map<String, Object> tree =
                Objects.requireNonNull(Models.parseJson(new String(answer.body(), StandardCharsets.UTF_8)));
        return Objects.requireNonNull(
                field.equals("message")
                        ? tree.get(field)
                        : ((Map<?, ?>) Objects.requireNonNull(tree.get("metadata"))).get(field));
    }

    @Test
    void aNullAmongContainersIsAContainerThatSaysNothing() {
        String manifest = seed(ResourceType.REPLICA_SETS).replace("{\"name\": \"side\"", "null, {\"name\": \"side\"");
        Answer.Whole refused = send("POST", ResourceType.REPLICA_SETS, "", JSON, manifest);
        assertThat(refused.status()).isEqualTo(422);
        assertThat((String) at(refused, "message")).contains("spec.template.spec.containers[1].name: Required value");
    }

    @Test
    void aNullQuantityIsZero() {
        String manifest = seed(ResourceType.RESOURCE_QUOTAS).replace("\"20\"", "null");
        assertThat(send("POST", ResourceType.RESOURCE_QUOTAS, "", JSON, manifest)
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aQuantityThatIsNoneIsRefusedInAStatusToo() {
        create(ResourceType.RESOURCE_QUOTAS);
        String manifest = seed(ResourceType.RESOURCE_QUOTAS)
                .replace("\"spec\"", "\"status\": {\"hard\": {\"requests.cpu\": true}}, \"spec\"");
        Answer.Whole refused = send("PUT", ResourceType.RESOURCE_QUOTAS, "a/status", JSON, manifest);
        assertThat(refused.status()).isEqualTo(400);
        assertThat((String) at(refused, "message")).contains("quantities must match the regular expression");
        cluster.advance(Duration.ofSeconds(5));
    }

    @Test
    void aSpecThatIsTakenAwayIsOneThatSaysNothing() {
        for (ResourceType<?> type : List.of(
                ResourceType.DEPLOYMENTS,
                ResourceType.REPLICA_SETS,
                ResourceType.STATEFUL_SETS,
                ResourceType.SERVICES,
                ResourceType.PODS)) {
            create(type);
            assertThat(send("PATCH", type, "a", MERGE, "{\"spec\": null}").status())
                    .as(type.plural())
                    .isEqualTo(422);
        }
        for (ResourceType<?> type : List.of(ResourceType.RESOURCE_QUOTAS, ResourceType.POD_DISRUPTION_BUDGETS)) {
            create(type);
            send("PATCH", type, "a", MERGE, "{\"spec\": null}");
            assertThat(send("PATCH", type, "a", MERGE, "{\"metadata\": {\"labels\": {\"x\": \"y\"}}}")
                            .status())
                    .as(type.plural())
                    .isEqualTo(200);
        }
        cluster.advance(Duration.ofSeconds(5));
    }

    @Test
    void aPathThroughNothingIsRefused() {
        create(ResourceType.CONFIG_MAPS);
        String patch = "[{\"op\": \"add\", \"path\": \"/data\", \"value\": null},"
                + " {\"op\": \"add\", \"path\": \"/data/a\", \"value\": \"b\"}]";
        assertThat(send("PATCH", ResourceType.CONFIG_MAPS, "a", JSON_PATCH, patch)
                        .status())
                .isEqualTo(422);
    }

    @Test
    void aConditionWithoutAReasonStopsNoController() {
        create(ResourceType.DEPLOYMENTS);
        String status = "{\"status\": {\"conditions\": [{\"type\": \"Progressing\", \"status\": \"True\"}]}}";
        assertThat(send("PATCH", ResourceType.DEPLOYMENTS, "a/status", MERGE, status)
                        .status())
                .isEqualTo(200);
        cluster.advance(Duration.ofSeconds(20));
        assertThat(cluster.serverSide()
                        .api()
                        .get(ResourceType.DEPLOYMENTS, "default", "a")
                        .getStatus()
                        .getReadyReplicas())
                .isEqualTo(2);
    }

    @Test
    void anEmptyListAndNoneAreTheSameGeneration() {
        String manifest =
                seed(ResourceType.DEPLOYMENTS).replace("\"terminationGrace", "\"tolerations\": [], \"terminationGrace");
        Answer.Whole created = send("POST", ResourceType.DEPLOYMENTS, "", JSON, manifest);
        assertThat(created.status()).isEqualTo(201);
        Answer.Whole patched = send("PATCH", ResourceType.DEPLOYMENTS, "a", MERGE, "{\"kind\": \"Deployment\"}");
        assertThat(at(patched, "generation")).isEqualTo(1);
        assertThat(at(patched, "resourceVersion")).isEqualTo(at(created, "resourceVersion"));
    }
}
