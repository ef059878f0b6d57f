// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.rollproof.it.SharedMachine.Quiet;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Outage;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.Promise;
import dev.rollproof.verifier.promises.PromiseReport;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Recreate: all old pods go, then the new ones come.
 *
 * <p>It promises that containers of two versions never run at the same time: for an application that may not meet its own
 * past, such as one whose schema changes. The price is an outage, from the old version's last answer to the new one's first. An
 * application that drains puts the outage off, for its last answer comes later; the new pods wait until it has ended, so the
 * outage is no shorter.
 */
@Quiet
class RecreateLesson extends Lesson {
    /** No pod starts quicker, on either cluster; how much longer one takes differs from pod to pod. */
    private static final Duration A_START = ofMillis(100);

    @Test
    void drainingMovesTheOutageAndDoesNotShortenIt() throws InterruptedException {
        // given a version that ends at once when it is asked to
        serve(clock().version("1.0").exitsAtOnce());

        // when it is replaced by a version that drains for three seconds, and that one by a third
        Gap abrupt = gap("1.0", clock().version("1.1").drainsFor(ofSeconds(3)));
        Gap drained = gap("1.1", clock().version("1.2"));

        // then both cost an outage: the second begins later, and is not shorter by what was drained
        assertThat(drained.from())
                .as("when the outage begins after draining, beside %s without", abrupt.from())
                .isGreaterThan(ofSeconds(2))
                .isGreaterThan(abrupt.from().plusMillis(500));
        assertThat(drained.length())
                .as("the drained outage, %s, beside the abrupt one, %s", drained.length(), abrupt.length())
                .isGreaterThan(A_START);
        assertThat(ready("1.2")).isEqualTo(3);
    }

    /**
     * An outage.
     *
     * @param from how long after the change it begins
     */
    private record Gap(Duration from, Duration length) {}

    /** The outage of a change, from the old version's last answer to the new one's first; two versions never run at once. */
    private Gap gap(String old, Clock next) throws InterruptedException {
        String version = next.image().substring("clock:".length());
        Plan plan = Recreate.of().plan(stored(next), next.deployment(), assumptions());
        CompletableFuture<Instant> changed = new CompletableFuture<>();
        try (PlanBeside beside = PlanBeside.ofReplicaSets(cluster, namespace.name(), plan);
                Observation changes = watched()
                        .observe(Query.of(Deployment.class).inNamespace(namespace.name()), change -> {
                            if (((ObservedDeployment) change.object())
                                    .template()
                                    .images()
                                    .contains(next.image())) {
                                changed.complete(cluster.time().now());
                            }
                        });
                RunningTraffic users = hastyUsers()) {
            Verdict verdict = Rollout.of(next.deployment())
                    .by(Recreate.of())
                    .within(A_MINUTE)
                    .run(cluster)
                    .orElseThrow();
            waiting().until("the change is told", () -> changes.synced() && changed.isDone());
            waiting()
                    .until(
                            "users get an answer from " + version,
                            () -> users.soFar()
                                    .lane(Lane.FRESH)
                                    .firstAnswer(version)
                                    .isPresent());
            pass(ofMillis(500));

            assertThat(verdict).keptItsPromises();
            PromiseReport promises = verdict.evidence().promises().orElseThrow();
            assertThat(promises.of(Promise.ONE_VERSION_AT_A_TIME)).isInstanceOf(Finding.Kept.class);
            show(beside);
            assertThat(beside.observedWay()).as("there is only one way").isEqualTo(beside.plannedWay());
            assertThat(promises.leastReady())
                    .as("in between, no pod is ready at all")
                    .isZero();

            TrafficReport report = measured(users);
            TrafficReport fresh = report.lane(Lane.FRESH);
            Outage outage = fresh.longestOutage().orElseThrow();
            assertThat(outage.from()).isEqualTo(fresh.lastAnswer(old).orElseThrow());
            assertThat(outage.to()).isEqualTo(fresh.firstAnswer(version).orElseThrow());
            // Users were there before the change: how long before is up to the machine.
            Duration before = Duration.between(report.begin(), changed.join());
            Gap gap = new Gap(outage.from().minus(before), outage.length());
            figure(
                    "Recreate, %s -> %s: outage of %s, from %s to %s after the change; %s",
                    old,
                    version,
                    seconds(gap.length()),
                    seconds(gap.from()),
                    seconds(outage.to().minus(before)),
                    report);
            return gap;
        }
    }
}
