// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What StatefulSets and DaemonSets have in common: no progress deadline, no condition, nothing that ever says that a rollout has
 * failed. {@code kubectl rollout status} waits for a broken one as long as it is let. The pods know better, and within seconds.
 */
@Tag("lesson")
abstract class SetLesson {
    @RegisterExtension
    static final ClusterExtension CLUSTER = ClusterExtension.builder()
            .simulated(simulated -> simulated.images(Clock.declared()))
            .recordAll()
            .build();

    Cluster cluster;
    TestNamespace namespace;
    Optional<K3s> k3s;
    Optional<SimulatedCluster> simulated;

    @BeforeEach
    void loadImages() throws InterruptedException {
        if (k3s.isPresent()) {
            Clock.loadInto(k3s.get());
        }
    }

    /** The clock's pods, in a workload of the kind that is taught. */
    abstract HasMetadata workload(Clock clock);

    /** What it takes until the mended version runs. */
    abstract void mend(HasMetadata mended) throws InterruptedException;

    HasMetadata version(String version) {
        return workload(Clock.in(namespace.name()).version(version).replicas(2).exitsAtOnce());
    }

    HasMetadata apply(HasMetadata manifest) {
        return cluster.apply(manifest, WriteOptions.defaults());
    }

    Verdict verify(HasMetadata applied) throws InterruptedException {
        return RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(ofSeconds(60)))
                .verify(applied);
    }

    @Test
    void aBrokenImageFailsInSecondsWithItsCauseWhereKubectlWaits() throws InterruptedException {
        // given version 1.0
        verify(apply(version("1.0"))).orElseThrow();

        // when the broken one is applied, and kubectl has fifteen seconds
        HasMetadata broken = apply(version("broken"));
        Optional<Kubectl> kubectl =
                Kubectl.rolloutStatus(k3s, Observed.metadata(broken).ref(), ofSeconds(15));
        Verdict verdict = verify(broken);

        // then the verdict comes in good time, with its cause
        figure("%s", verdict.summary());
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(30));
        Cause cause = verdict.evidence().causes().get(0);
        assertThat(cause.reason()).isEqualTo("CrashLoopBackOff");
        assertThat(cause.message()).startsWith("container \"web\" crashed 2 times with exit 1");

        // and kubectl comes later, and knows no cause
        if (kubectl.isPresent()) {
            Kubectl.Status status = kubectl.get().await();
            figure("%s", status);
            assertThat(status.exit()).isEqualTo(1);
            assertThat(status.output()).contains("timed out waiting for the condition");
            assertThat(status.took()).isGreaterThan(verdict.evidence().elapsed());
        }

        // and the mended version gets there
        mend(apply(version("1.1")));
        assertThat(cluster.list(Query.of(Pod.class).inNamespace(namespace.name())))
                .filteredOn(pod -> Observed.from(pod).live())
                .allMatch(pod -> pod.getSpec().getContainers().get(0).getImage().equals("clock:1.1"));
    }

    void figure(String format, Object... values) {
        System.out.println(getClass().getSimpleName()
                + (k3s.isPresent()
                        ? " on Kubernetes: "
                        : cluster instanceof SimulatedCluster ? " in the simulation: " : " through the door: ")
                + String.format(Locale.ROOT, format, values));
    }
}
