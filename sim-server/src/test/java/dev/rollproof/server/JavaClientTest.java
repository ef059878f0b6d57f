// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kubernetes' own client for Java, with nothing but the kubeconfig. */
class JavaClientTest {
    private static final String DEPLOYMENT =
            "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"clock\"},"
                    + " \"spec\": {\"replicas\": 1, \"selector\": {\"matchLabels\": {\"app\": \"clock\"}}, \"template\": {\"metadata\":"
                    + " {\"labels\": {\"app\": \"clock\"}}, \"spec\": {\"containers\": [{\"name\": \"web\", \"image\": \"clock:1.0\"}]}}}}";

    private final Served served = new Served();
    private final ApiClient client = connect();
    private final CoreV1Api core = new CoreV1Api(client);
    private final AppsV1Api apps = new AppsV1Api(client);

    private ApiClient connect() {
        try {
            return Config.fromConfig(new StringReader(served.server.kubeconfig()));
        } catch (java.io.IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    @BeforeEach
    void create() throws ApiException {
        core.createNamespacedConfigMap("default", map("a", "1")).execute();
    }

    @AfterEach
    void close() {
        OkHttpClient http = client.getHttpClient();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
        served.close();
    }

    private static V1ConfigMap map(String name, String value) {
        return new V1ConfigMap()
                .metadata(new V1ObjectMeta().name(name).labels(Map.of("made-by", "test")))
                .data(Map.of("key", value));
    }

    private V1ConfigMap read(String name) throws ApiException {
        return core.readNamespacedConfigMap(name, "default").execute();
    }

    private static String key(V1ConfigMap map) {
        return Objects.requireNonNull(Objects.requireNonNull(map.getData()).get("key"));
    }

    @Test
    void listsReadsAndIsRefused() throws ApiException {
        core.createNamespacedConfigMap("default", map("b", "2")).execute();
        assertThat(core.listNamespacedConfigMap("default")
                        .labelSelector("made-by=test")
                        .limit(1)
                        .execute()
                        .getItems())
                .hasSize(1);
        assertThat(core.listConfigMapForAllNamespaces()
                        .labelSelector("made-by=test")
                        .execute()
                        .getItems())
                .hasSize(2);
        assertThatThrownBy(() -> read("c")).isInstanceOfSatisfying(ApiException.class, missing -> {
            assertThat(missing.getCode()).isEqualTo(404);
            assertThat(missing.getResponseBody()).contains("configmaps \\\"c\\\" not found");
        });
        core.deleteNamespacedConfigMap("b", "default").execute();
        assertThatThrownBy(() -> read("b")).isInstanceOf(ApiException.class);
    }

    @Test
    void watches() throws Exception {
        List<String> told = new ArrayList<>();
        try (Watch<V1ConfigMap> watch = Watch.createWatch(
                client,
                core.listNamespacedConfigMap("default")
                        .labelSelector("made-by=test")
                        .watch(true)
                        .buildCall(null),
                new com.google.gson.reflect.TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
            for (Watch.Response<V1ConfigMap> event : watch) {
                told.add(event.type + " " + key(Objects.requireNonNull(event.object)));
                if (told.size() == 1) {
                    core.replaceNamespacedConfigMap("a", "default", map("a", "2"))
                            .execute();
                } else if (told.size() == 2) {
                    core.deleteNamespacedConfigMap("a", "default").execute();
                } else {
                    break;
                }
            }
        }
        assertThat(told).containsExactly("ADDED 1", "MODIFIED 2", "DELETED 2");
    }

    @Test
    void appliesAndNamesConflicts() throws ApiException {
        V1Patch apply = new V1Patch(DEPLOYMENT);
        V1Deployment applied = PatchUtils.patch(
                V1Deployment.class,
                () -> apps.patchNamespacedDeployment("clock", "default", apply)
                        .fieldManager("one")
                        .buildCall(null),
                V1Patch.PATCH_FORMAT_APPLY_YAML,
                client);
        assertThat(Objects.requireNonNull(applied.getSpec()).getReplicas()).isEqualTo(1);
        V1Patch other = new V1Patch(DEPLOYMENT.replace("\"replicas\": 1", "\"replicas\": 2"));
        assertThatThrownBy(() -> PatchUtils.patch(
                        V1Deployment.class,
                        () -> apps.patchNamespacedDeployment("clock", "default", other)
                                .fieldManager("two")
                                .buildCall(null),
                        V1Patch.PATCH_FORMAT_APPLY_YAML,
                        client))
                .isInstanceOfSatisfying(ApiException.class, refused -> {
                    assertThat(refused.getCode()).isEqualTo(409);
                    assertThat(refused.getResponseBody()).contains(".spec.replicas");
                });
    }

    @Test
    void patchesInEveryFormat() throws ApiException {
        for (Map.Entry<String, String> patch : Map.of(
                        V1Patch.PATCH_FORMAT_JSON_PATCH,
                        "[{\"op\": \"replace\", \"path\": \"/data/key\", \"value\": \"json\"}]",
                        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH,
                        "{\"data\": {\"key\": \"merge\"}}",
                        V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
                        "{\"data\": {\"key\": \"strategic\"}}")
                .entrySet()) {
            V1ConfigMap patched = PatchUtils.patch(
                    V1ConfigMap.class,
                    () -> core.patchNamespacedConfigMap("a", "default", new V1Patch(patch.getValue()))
                            .buildCall(null),
                    patch.getKey(),
                    client);
            assertThat(patch.getValue()).contains("\"" + key(patched) + "\"");
            assertThat(key(read("a"))).isEqualTo(key(patched));
        }
    }
}
