// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.Deployments;
import dev.rollproof.verifier.Rolling;
import dev.rollproof.verifier.promises.Finding.Kept;
import dev.rollproof.verifier.promises.Finding.NotApplicable;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The watch on the simulated cluster. */
public class PromiseWatchTest extends Rolling {

    private void apply(int replicas, String image) {
        cluster.apply(Deployments.clock(replicas, image), WriteOptions.defaults());
    }

    private void settled(int replicas) {
        apply(replicas, "clock:1.0");
        skip(Duration.ofMinutes(1));
    }

    @Test
    void aRollingUpdateKeepsWhatItPromises() throws InterruptedException {
        settled(10);
        try (PromiseWatch watch = PromiseWatch.on(cluster, Deployments.CLOCK)) {
            apply(10, "clock:1.1");
            pass(Duration.ofSeconds(30));
            PromiseReport report = watch.report();
            assertThat(report.kept())
                    .as("%s", report.lines())
                    .extracting(Kept::promise)
                    .containsExactly(
                            Promise.SIZES_WITHIN_SURGE,
                            Promise.NO_SIZE_ABOVE_REPLICAS,
                            Promise.LIVE_PODS_BOUNDED,
                            Promise.READY_PODS_KEPT);
            assertThat(((Kept) report.of(Promise.READY_PODS_KEPT)).bound()).isEqualTo(8);
            assertThat(((Kept) report.of(Promise.SIZES_WITHIN_SURGE)).seen()).isEqualTo(13);
            assertThat(report.events()).isGreaterThan(50);
            assertThat(report.leastReady()).isEqualTo(8);
        }
    }

    @Test
    void aPodThatSomebodyDeletesIsReportedWithItsName() throws InterruptedException {
        settled(3);
        try (PromiseWatch watch = PromiseWatch.on(cluster, Deployments.CLOCK)) {
            apply(3, "clock:nope");
            simulated.images().unknownAreNotFound();
            pass(Duration.ofSeconds(5));
            List<Pod> pods = cluster.list(Query.of(Pod.class).inNamespace("default"));
            String victim = pods.stream()
                    .map(Observed::from)
                    .filter(pod -> pod.live() && pod.ready())
                    .map(pod -> pod.metadata().name())
                    .findFirst()
                    .orElseThrow();
            cluster.delete(Pod.class, "default", victim, DeleteOptions.defaults());
            pass(Duration.ofSeconds(1));
            assertThat(watch.report().broken()).singleElement().satisfies(broken -> {
                assertThat(broken.promise()).isEqualTo(Promise.READY_PODS_KEPT);
                assertThat(broken.by().object().name()).isEqualTo(victim);
            });
        }
    }

    @Test
    void aWatchThatIsCutAndListsAgainBreaksNoPromise() throws InterruptedException {
        settled(10);
        try (PromiseWatch watch = PromiseWatch.on(cluster, Deployments.CLOCK)) {
            apply(10, "clock:1.1");
            for (int i = 0; i < 20; i++) {
                pass(Duration.ofMillis(300));
                simulated.faults().silenceWatches();
                pass(Duration.ofMillis(900));
                simulated.faults().expireHistory();
                simulated.faults().cutWatches();
            }
            pass(Duration.ofSeconds(30));
            assertThat(watch.report().broken()).isEmpty();
        }
    }

    @Test
    void nothingIsPromisedOfAFirstRollout() throws InterruptedException {
        try (PromiseWatch watch = PromiseWatch.on(cluster, Deployments.CLOCK)) {
            apply(3, "clock:1.0");
            pass(Duration.ofSeconds(10));
            assertThat(watch.report().findings())
                    .allSatisfy(finding ->
                            assertThat(((NotApplicable) finding).why()).isEqualTo("there was no Deployment to change"));
        }
    }

    @Test
    void itWaitsForRestAndNotForEver() throws InterruptedException {
        apply(3, "clock:1.0");
        try (PromiseWatch watch = PromiseWatch.on(cluster, Deployments.CLOCK)) {
            Deployment d = cluster.get(Deployment.class, "default", "clock").orElseThrow();
            assertThat(d.getStatus().getAvailableReplicas()).isEqualTo(3);
            assertThat(watch.report().broken()).isEmpty();
        }
        simulated.images().unknownAreNotFound();
        apply(3, "clock:nope");
        pass(Duration.ofSeconds(2));
        try (PromiseWatch watch = PromiseWatch.on(cluster, Deployments.CLOCK)) {
            apply(3, "clock:1.2");
            pass(Duration.ofSeconds(2));
            assertThat(watch.report().of(Promise.READY_PODS_KEPT).line())
                    .contains("the change did not meet a state of rest");
        }
    }
}
