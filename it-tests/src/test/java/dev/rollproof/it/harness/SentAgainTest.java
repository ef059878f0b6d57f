// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.harness;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.RolloutActions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A client of fabric8 that hears no answer sends its request again by itself, writes too, unless it is told not to. The server then refuses as
 * out of date what it has just done.
 */
@ClusterTest(ClusterKind.SIM)
class SentAgainTest {
    @Test
    void anUndoWhoseAnswerGetsLostIsSentTwiceAndDoneOnce(
            Cluster direct, KubernetesClient client, TestNamespace namespace) throws Exception {
        for (String image : new String[] {"clock:1.0", "clock:1.1"}) {
            Rollout.of(clock(namespace, image))
                    .within(ofSeconds(60))
                    .run(direct)
                    .orElseThrow();
        }
        try (ForgetfulProxy proxy = new ForgetfulProxy(client);
                KubernetesClient patient = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder(Config.empty())
                                .withMasterUrl(proxy.url())
                                .build())
                        .build();
                Cluster cluster = KubernetesCluster.over(patient)) {
            Deployment undone = RolloutActions.on(cluster).undo(new ObjectRef("Deployment", namespace.name(), "clock"));
            assertThat(proxy.patches()).as("it was sent twice").isEqualTo(2);
            assertThat(imageOf(undone)).isEqualTo("clock:1.0");
            assertThat(imageOf(direct.get(Deployment.class, namespace.name(), "clock")
                            .orElseThrow()))
                    .isEqualTo("clock:1.0");
        }
    }

    private static String imageOf(Deployment deployment) {
        return String.join(",", Observed.from(deployment).template().images());
    }

    private static Deployment clock(TestNamespace namespace, String image) {
        return Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec:
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec: {containers: [{name: web, image: "%s"}]}
                """.formatted(namespace.name(), image));
    }

    /** Forwards all requests, and drops the answer to the first patch. */
    private static final class ForgetfulProxy implements AutoCloseable {
        private final HttpServer server;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final HttpClient forward;
        private final URI to;
        private final AtomicInteger patches = new AtomicInteger();

        ForgetfulProxy(KubernetesClient client) throws IOException {
            forward = client.getHttpClient();
            to = URI.create(client.getMasterUrl().toString());
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::handle);
            server.setExecutor(threads);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        int patches() {
            return patches.get();
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                HttpResponse<byte[]> answer = forwarded(exchange);
                if (exchange.getRequestMethod().equals("PATCH") && patches.incrementAndGet() == 1) {
                    // Closed without an answer.
                    return;
                }
                byte[] body = answer.body();
                for (String type : answer.headers("Content-Type")) {
                    exchange.getResponseHeaders().set("Content-Type", type);
                }
                exchange.sendResponseHeaders(answer.code(), body.length);
                exchange.getResponseBody().write(body);
            }
        }

        private HttpResponse<byte[]> forwarded(HttpExchange exchange) throws IOException {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            try {
                return forward.sendAsync(
                                forward.newHttpRequestBuilder()
                                        .uri(to.resolve(exchange.getRequestURI().toString()))
                                        .method(
                                                exchange.getRequestMethod(),
                                                type,
                                                body.length == 0 ? null : new String(body, StandardCharsets.UTF_8))
                                        .build(),
                                byte[].class)
                        .get();
            } catch (ExecutionException | InterruptedException failed) {
                throw new IOException(failed);
            }
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
