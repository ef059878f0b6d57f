// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static dev.rollproof.harness.RollproofAssertions.fail;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test classes that fail, run by FailureArtifactsTest only. */
public final class FailingSamples {
    private FailingSamples() {}

    @ClusterTest(value = ClusterKind.SIM, images = "clock:broken: {crashAfter: 0s, exitCode: 3}")
    public static class OfAStatefulSet {
        @Test
        void aBrokenImage(Cluster cluster, TestNamespace namespace) throws InterruptedException {
            StatefulSet clock = Models.fromYaml("""
                    apiVersion: apps/v1
                    kind: StatefulSet
                    metadata: {name: clock, namespace: %s}
                    spec:
                      serviceName: clock
                      selector: {matchLabels: {app: clock}}
                      template:
                        metadata: {labels: {app: clock}}
                        spec:
                          containers:
                            - {name: web, image: "clock:broken", readinessProbe: {httpGet: {path: /, port: 80}}}
                    """.formatted(namespace), StatefulSet.class);
            RolloutVerifier.on(cluster)
                    .verify(cluster.apply(clock, WriteOptions.defaults()))
                    .orElseThrow();
        }
    }

    @ClusterTest(value = ClusterKind.SIM, images = "clock:broken: {crashAfter: 0s, exitCode: 3}")
    public static class InItsBody {
        @Test
        void aBrokenImage(Cluster cluster, TestNamespace namespace) throws InterruptedException {
            Verdict verdict = Rollout.of("""
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: clock, namespace: %s}
                    spec:
                      replicas: 2
                      selector: {matchLabels: {app: clock}}
                      template:
                        metadata: {labels: {app: clock}}
                        spec:
                          containers:
                            - {name: web, image: "clock:broken"}
                    """.formatted(namespace))
                    .within(Duration.ofSeconds(60))
                    .run(cluster);
            assertThat(verdict).isComplete();
        }
    }

    @ClusterTest(ClusterKind.SIM)
    public static class BeforeIt {
        @BeforeEach
        void fails(TestNamespace namespace) {
            fail(namespace.name());
        }

        @Test
        void fine() {}
    }

    @ClusterTest(ClusterKind.SIM)
    public static class AfterIt {
        @Test
        void fine(TestNamespace namespace) {}

        @AfterEach
        void fails() {
            fail("after");
        }
    }

    @ClusterTest(ClusterKind.SIM)
    public static class OnASharedCluster {
        private static TestNamespace namespace;

        @Test
        void first() {
            fail(namespace.name());
        }

        @Test
        void second() {
            fail(namespace.name());
        }
    }

    @ClusterTest(ClusterKind.SIM)
    public static class OnlyTheSecond {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void invocation(int number, TestNamespace namespace) {
            assertThat(number).isNotEqualTo(2);
        }
    }

    @ClusterTest(ClusterKind.SIM)
    public static class NotAtAll {
        @Test
        void passes(TestNamespace namespace) {}

        @Test
        void isAborted(TestNamespace namespace) {
            Assumptions.abort("not today");
        }
    }
}
