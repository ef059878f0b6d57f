// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rollproof.k8s.Query;
import dev.rollproof.server.Served.Reply;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A scheduler of somebody's own puts pods on nodes. What is refused, and in which words, kubectl's stories compare. */
class BindingsTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final Served served = new Served();

    @BeforeEach
    void createPod() {
        served.post(
                PODS,
                "{\"metadata\": {\"name\": \"one\"}, \"spec\": {\"schedulerName\": \"own\", \"containers\":"
                        + " [{\"name\": \"c\", \"image\": \"clock:1.0\"}]}}");
    }

    @AfterEach
    void close() {
        served.close();
    }

    private String node() {
        return served.cluster.list(Query.of(Node.class)).get(0).getMetadata().getName();
    }

    private Reply bind(String query, String node) {
        return served.post(
                PODS + "/one/binding" + query,
                "{\"apiVersion\": \"v1\", \"kind\": \"Binding\", \"metadata\": {\"name\": \"one\"}, \"target\":"
                        + " {\"kind\": \"Node\", \"name\": \"" + node + "\"}}");
    }

    @Test
    void aPodThatIsBoundRunsThere() {
        String node = node();
        assertThat(served.get(PODS + "/one").at("spec.nodeName")).isNull();

        Reply bound = bind("", node);

        assertThat(bound.code()).as(bound.body()).isEqualTo(201);
        assertThat(bound.at("status")).isEqualTo("Success");
        assertThat(served.get(PODS + "/one").at("spec.nodeName")).isEqualTo(node);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> "Running".equals(served.get(PODS + "/one").at("status.phase")));
    }

    @Test
    void aPodIsBoundOnce() {
        bind("", node());

        Reply again = bind("", "other");

        assertThat(again.code()).isEqualTo(409);
        assertThat(again.at("reason")).isEqualTo("Conflict");
        assertThat(served.get(PODS + "/one").at("spec.nodeName")).isEqualTo(node());
    }

    @Test
    void aDryRunBindsNothing() {
        assertThat(bind("?dryRun=All", node()).code()).isEqualTo(201);

        assertThat(served.get(PODS + "/one").at("spec.nodeName")).isNull();
    }
}
