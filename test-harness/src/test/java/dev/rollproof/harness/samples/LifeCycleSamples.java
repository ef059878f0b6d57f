// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test classes as users write them, run by LifeCycleTest only. */
public final class LifeCycleSamples {
    /** What a test was given. */
    public record Seen(SimulatedCluster cluster, String namespace) {}

    public static final List<Seen> SEEN = new CopyOnWriteArrayList<>();
    public static final AtomicInteger BUILT = new AtomicInteger();
    public static final AtomicInteger TOLD = new AtomicInteger();

    private LifeCycleSamples() {}

    private static void see(Cluster cluster, TestNamespace namespace) {
        assertThat(cluster.get(Namespace.class, "", namespace.name())).isPresent();
        SEEN.add(new Seen((SimulatedCluster) cluster, namespace.name()));
    }

    @ClusterTest
    public static class Plain {
        @Test
        void first(Cluster cluster, TestNamespace namespace) {
            see(cluster, namespace);
        }

        @Test
        void second(TestNamespace namespace, Cluster cluster) {
            see(cluster, namespace);
        }
    }

    @ClusterTest(images = "clock:1.0: {readyAfter: 5s}")
    public static class Outer {
        private TestNamespace ofOuter;

        @Nested
        class Inner {
            private Cluster cluster;

            @Test
            void nested(SimulatedCluster given, TestNamespace namespace) {
                assertThat(given).isSameAs(cluster);
                assertThat(namespace).isEqualTo(ofOuter);
                assertThat(given.images().of("clock:1.0").toString()).contains("5");
                see(given, namespace);
            }

            @Nested
            class Innermost {
                @Test
                void nested(Cluster given, TestNamespace namespace) {
                    assertThat(given).isSameAs(cluster);
                    see(given, namespace);
                }
            }
        }
    }

    @ClusterTest
    public static class Parameterized {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void takes(int number, Cluster cluster, TestNamespace namespace) {
            see(cluster, namespace);
        }
    }

    @ClusterTest
    @Execution(ExecutionMode.CONCURRENT)
    public static class Parallel {
        private Cluster ofTheTest;

        @RepeatedTest(8)
        void invocation(Cluster cluster, TestNamespace namespace) {
            assertThat(cluster).isSameAs(ofTheTest);
            see(cluster, namespace);
        }
    }

    @ClusterTest
    public static class StaticField {
        private static Cluster shared;
        private static TestNamespace namespace;

        @Test
        void first(Cluster cluster) {
            assertThat(cluster).isSameAs(shared);
            see(cluster, namespace);
        }

        @Nested
        class Inner {
            @Test
            void second(Cluster cluster, TestNamespace given) {
                assertThat(cluster).isSameAs(shared);
                see(cluster, given);
            }
        }
    }

    @ClusterTest
    public static class BeforeAll {
        @org.junit.jupiter.api.BeforeAll
        static void take(TestNamespace namespace) {
            assertThat(namespace.name()).matches("before-all-[a-z0-9]{5}");
        }

        @Test
        void first(Cluster cluster, TestNamespace namespace) {
            see(cluster, namespace);
        }

        @Test
        void second(Cluster cluster, TestNamespace namespace) {
            see(cluster, namespace);
        }
    }

    @ClusterTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    public static class PerClass {
        private Cluster cluster;
        private TestNamespace namespace;

        @Test
        void first() {
            see(cluster, namespace);
        }

        @Test
        void second() {
            see(cluster, namespace);
        }
    }

    public static class OneMethod {
        @Test
        @ClusterTest
        void first(Cluster cluster, TestNamespace namespace) {
            see(cluster, namespace);
        }
    }

    @ClusterTest
    public static class Constructed {
        private final Cluster cluster;

        Constructed(Cluster cluster) {
            this.cluster = cluster;
        }

        @Test
        void first(Cluster given, TestNamespace namespace) {
            assertThat(given).isSameAs(cluster);
            see(given, namespace);
        }

        @Test
        void second(TestNamespace namespace) {
            see(cluster, namespace);
        }
    }

    public static class Registered {
        @RegisterExtension
        static final ClusterExtension CLUSTER = ClusterExtension.builder()
                .on(ClusterKind.SIM)
                .simulated(simulated -> simulated.nodes(3))
                .build();

        @Test
        void first(Cluster cluster, TestNamespace namespace) {
            assertThat(cluster.list(Query.of(Node.class))).hasSize(3);
            see(cluster, namespace);
        }
    }

    public static class Idle {
        @RegisterExtension
        static final ClusterExtension CLUSTER = ClusterExtension.builder()
                .simulated(simulated -> {
                    BUILT.incrementAndGet();
                    return simulated;
                })
                .build();

        @Test
        void takesNothing() {}
    }

    @ClusterTest
    public static class Observing {
        @Test
        void first(SimulatedCluster cluster, TestNamespace namespace) {
            cluster.observe(Query.of(Namespace.class), change -> TOLD.incrementAndGet());
            cluster.advance(java.time.Duration.ofSeconds(1));
            assertThat(TOLD.get()).isPositive();
            see(cluster, namespace);
        }
    }
}
