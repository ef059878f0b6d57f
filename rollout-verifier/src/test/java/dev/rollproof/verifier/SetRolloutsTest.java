// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rollouts of StatefulSets and DaemonSets on the simulated cluster: what holds for both, and what each has of its own. */
class SetRolloutsTest {
    private static final ImageBehavior WELL = ImageBehavior.wellBehaved();

    /** Both have three pods: one for each node, or as many as are wanted. */
    enum Kind {
        STATEFUL_SET(StatefulSet.class, "StatefulSet", """
                serviceName: web
                  replicas: 3"""),
        DAEMON_SET(DaemonSet.class, "DaemonSet", "minReadySeconds: 0");

        private final Class<? extends HasMetadata> model;
        private final String kind;
        private final String spec;

        Kind(Class<? extends HasMetadata> model, String kind, String spec) {
            this.model = model;
            this.kind = kind;
            this.spec = spec;
        }

        HasMetadata of(String image) {
            return of(image, spec);
        }

        HasMetadata of(String image, String other) {
            return Models.fromYaml("""
                    apiVersion: apps/v1
                    kind: %s
                    metadata: {name: web, namespace: default}
                    spec:
                      selector: {matchLabels: {app: web}}
                      template:
                        metadata: {labels: {app: web}}
                        spec:
                          terminationGracePeriodSeconds: 2
                          containers: [{name: web, image: "%s", readinessProbe: {periodSeconds: 1, httpGet: {path: /, port: 80}}}]
                      %s
                    """.formatted(kind, image, other), model);
        }

        ObjectRef ref() {
            return new ObjectRef(kind, "default", "web");
        }
    }

    private final SimulatedCluster cluster = SimulatedCluster.builder().nodes(3).build();
    private final RolloutVerifier verifier =
            RolloutVerifier.on(cluster).with(VerifierOptions.defaults().withTimeout(ofSeconds(60)));

    @BeforeEach
    void declare() {
        cluster.images()
                .declare("clock:broken", WELL.crashesAfter(Duration.ZERO).withExitCode(3));
        cluster.images().declare("clock:never", WELL.neverReady());
        cluster.images().declare("clock:missing", WELL.notFound());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private HasMetadata apply(HasMetadata manifest) {
        return cluster.apply(manifest, WriteOptions.defaults());
    }

    private HasMetadata running(Kind kind) throws InterruptedException {
        HasMetadata applied = apply(kind.of("clock:1.0"));
        verifier.verify(applied).orElseThrow();
        return applied;
    }

    private long readyPods(String image) {
        return cluster.list(Query.of(Pod.class).inNamespace("default")).stream()
                .map(Observed::from)
                .filter(pod -> pod.live() && pod.ready())
                .filter(pod -> pod.containers().get(0).image().equals(image))
                .count();
    }

    private void delete(String pod) {
        cluster.delete(Pod.class, "default", pod, DeleteOptions.defaults());
    }

    @ParameterizedTest
    @EnumSource
    void aFirstRolloutAndAnUpdateAreCompleteWhenEveryPodIsNewAndReady(Kind kind) throws InterruptedException {
        assertThat(verifier.verify(apply(kind.of("clock:1.0"))).summary())
                .startsWith(kind.ref() + " is complete after ")
                .endsWith(": 3 of 3 new pods ready");
        assertThat(readyPods("clock:1.0")).isEqualTo(3);
        verifier.verify(apply(kind.of("clock:1.1"))).orElseThrow();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
        verifier.verify(kind.ref()).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void aCrashingVersionFailsInSecondsWithItsCauseWhereKubectlWaitsForEver(Kind kind) throws InterruptedException {
        running(kind);
        Verdict verdict = verifier.verify(apply(kind.of("clock:broken")));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(10));
        assertThat(verdict.summary())
                .startsWith(kind.ref() + " failed after ")
                .contains(
                        "0 of 3 new pods ready, 2 old to be replaced; CrashLoopBackOff: container \"web\" crashed 2 times with exit 3");
        assertThat(readyPods("clock:1.0")).isEqualTo(2);
        cluster.advance(ofMinutes(30));
        assertThat(readyPods("clock:1.0"))
                .as("no controller gives up or goes back")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void anImageThatIsNotThereFailsInSeconds(Kind kind) throws InterruptedException {
        Verdict verdict = verifier.verify(apply(kind.of("clock:missing")));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(10));
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("ErrImagePull");
    }

    @ParameterizedTest
    @EnumSource
    void aVersionThatIsNeverReadyTimesOutAndTheCauseIsNamed(Kind kind) throws InterruptedException {
        running(kind);
        Verdict verdict = verifier.verify(apply(kind.of("clock:never")));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.evidence().elapsed()).isEqualTo(ofSeconds(60));
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("ContainersNotReady");
    }

    @ParameterizedTest
    @EnumSource
    void anExhaustedQuotaFailsWithTheServersText(Kind kind) throws InterruptedException {
        running(kind);
        cluster.create(
                Models.fromYaml(
                        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: default}, spec: {hard: {pods: 2}}}",
                        ResourceQuota.class),
                WriteOptions.defaults());
        cluster.advance(ofSeconds(1));
        Verdict verdict = verifier.verify(apply(kind.of("clock:1.1")));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isBetween(ofSeconds(32), ofSeconds(40));
        assertThat(verdict.summary()).contains("FailedCreate: ").contains("exceeded quota: q");
    }

    @ParameterizedTest
    @EnumSource
    void aQuotaThatIsRaisedInTimeFailsNothing(Kind kind) throws InterruptedException {
        running(kind);
        String quota =
                "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: default}, spec: {hard: {pods: %d}}}";
        cluster.create(Models.fromYaml(quota.formatted(2), ResourceQuota.class), WriteOptions.defaults());
        cluster.advance(ofSeconds(1));
        AtomicBoolean raised = new AtomicBoolean();
        Verdict verdict = verifier.onProgress(progress -> {
                    if (progress.elapsed().compareTo(ofSeconds(15)) > 0 && raised.compareAndSet(false, true)) {
                        cluster.apply(
                                Models.fromYaml(quota.formatted(9), ResourceQuota.class), WriteOptions.defaults());
                    }
                })
                .verify(apply(kind.of("clock:1.1")));
        verdict.orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void somebodyElsesTemplateMeanwhileIsASupersededRollout(Kind kind) throws InterruptedException {
        running(kind);
        HasMetadata slow = apply(kind.of("clock:never"));
        AtomicBoolean undone = new AtomicBoolean();
        Verdict verdict = verifier.onProgress(progress -> {
                    if (progress.elapsed().compareTo(ofSeconds(3)) > 0 && undone.compareAndSet(false, true)) {
                        apply(kind.of("clock:1.0"));
                    }
                })
                .verify(slow);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
        assertThat(verdict.summary()).contains("somebody changed its template: generation 3 is clock:1.0");
        assertThat(verdict.evidence().generation()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDeletedOrReplacedUnderItsNameIsSaidToBe(Kind kind) throws InterruptedException {
        HasMetadata applied = running(kind);
        cluster.delete(kind.model, "default", "web", DeleteOptions.defaults());
        assertThat(verifier.verify(applied)).isInstanceOf(Verdict.Deleted.class);
        assertThat(verifier.verify(kind.ref()).summary()).contains(kind.ref() + " does not exist");
        running(kind);
        assertThat(verifier.verify(applied).summary()).contains("another one was created under its name");
    }

    @ParameterizedTest
    @EnumSource
    void whatAListFromACacheDoesNotKnowYetIsNotDeleted(Kind kind) throws InterruptedException {
        cluster.faults().staleFirstLists(ofSeconds(5));
        verifier.verify(apply(kind.of("clock:1.0"))).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void aClusterOutOfReachIsAVerdictOfItsOwn(Kind kind) throws InterruptedException {
        HasMetadata applied = apply(kind.of("clock:1.0"));
        cluster.faults().unreachable(Duration.ofHours(1));
        Verdict verdict = RolloutVerifier.on(cluster).verify(applied);
        assertThat(verdict).isInstanceOf(Verdict.Unreachable.class);
        assertThat(verdict.evidence().elapsed()).isBetween(ofSeconds(90), ofSeconds(91));
        assertThat(verifier.verify(kind.ref())).isInstanceOf(Verdict.Unreachable.class);
    }

    @ParameterizedTest
    @EnumSource
    void aRestartOfTheServerIsSurvived(Kind kind) throws InterruptedException {
        running(kind);
        HasMetadata changed = apply(kind.of("clock:1.1"));
        cluster.faults().unreachable(ofSeconds(10));
        verifier.verify(changed).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void watchesThatAreOpenAndSilentAreFoundOutByTheWatchdog(Kind kind) throws InterruptedException {
        running(kind);
        HasMetadata changed = apply(kind.of("clock:1.1"));
        AtomicBoolean silenced = new AtomicBoolean();
        Verdict verdict = verifier.onProgress(progress -> {
                    if (progress.elapsed().compareTo(ofSeconds(1)) > 0 && silenced.compareAndSet(false, true)) {
                        cluster.faults().silenceWatches();
                    }
                })
                .verify(changed)
                .orElseThrow();
        assertThat(verdict.evidence().timeline().entries())
                .extracting(Timeline.Entry::what)
                .anyMatch(what -> what.startsWith("the watches were silent while the cluster changed"));
    }

    @ParameterizedTest
    @EnumSource
    void expiredAndCutWatchesAreSurvived(Kind kind) throws InterruptedException {
        running(kind);
        HasMetadata changed = apply(kind.of("clock:1.1"));
        int[] cuts = {0};
        verifier.onProgress(progress -> {
                    if (cuts[0]++ % 5 == 2) {
                        cluster.faults().expireHistory();
                        cluster.faults().cutWatches();
                    }
                })
                .verify(changed)
                .orElseThrow();
        assertThat(cuts[0]).isGreaterThan(3);
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheRightToSeePodsAndEventsTheStatusIsJudgedAndThatIsSaid(Kind kind) throws InterruptedException {
        cluster.faults().failFrom(1, Integer.MAX_VALUE, Call.any().on(Pod.class), Reason.FORBIDDEN);
        cluster.faults().failFrom(1, Integer.MAX_VALUE, Call.any().on(Event.class), Reason.FORBIDDEN);
        Verdict verdict = verifier.verify(apply(kind.of("clock:1.0"))).orElseThrow();
        assertThat(verdict.evidence().unseen())
                .extracting(unseen -> unseen.replaceAll(": .*", ""))
                .containsExactly("judged without pods", "judged without events");
        assertThat(verdict.summary()).contains("by the status alone");
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheRightToWatchItNothingIsJudgedAndThatIsSaidAtOnce(Kind kind) throws InterruptedException {
        HasMetadata applied = apply(kind.of("clock:1.0"));
        cluster.faults().failFrom(1, Integer.MAX_VALUE, Call.to(Verb.LIST).on(kind.model), Reason.FORBIDDEN);
        Verdict verdict = verifier.verify(applied);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Unreachable.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(2));
        assertThat(verdict.summary()).contains("a right is missing: ");
    }

    @ParameterizedTest
    @EnumSource
    void withOnDeleteItIsAPersonsTurnAndSaidAtOnce(Kind kind) throws InterruptedException {
        String onDelete = kind.spec + "\n  updateStrategy: {type: OnDelete}";
        verifier.verify(apply(kind.of("clock:1.0", onDelete))).orElseThrow();
        Verdict verdict = verifier.verify(apply(kind.of("clock:1.1", onDelete)));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Paused.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(1));
        assertThat(verdict.summary())
                .contains("3 pods are of an older template, and updateStrategy OnDelete replaces none; it goes on when"
                        + " somebody deletes them: web-");
        cluster.list(Query.of(Pod.class).inNamespace("default"))
                .forEach(pod -> delete(pod.getMetadata().getName()));
        verifier.verify(kind.ref()).orElseThrow();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void theTimelineTellsOfTheWorkloadAndItsPods(Kind kind) throws InterruptedException {
        running(kind);
        Verdict verdict = verifier.verify(apply(kind.of("clock:1.1")));
        assertThat(verdict.evidence().timeline().entries())
                .anyMatch(entry -> entry.subject().equals(kind.kind.toLowerCase(java.util.Locale.ROOT) + "/web")
                        && entry.what().startsWith("generation 2 (observed 2): ")
                        && entry.what().endsWith("of 3 updated, 3 available, 3 in all"))
                .anyMatch(entry ->
                        entry.subject().startsWith("pod/web-") && entry.what().equals("ready"));
    }

    @ParameterizedTest
    @EnumSource
    void aWatchFromBeforeTheChangeKnowsOfNoPromisesAndSaysWhy(Kind kind) throws InterruptedException {
        running(kind);
        HasMetadata next = kind.of("clock:1.1");
        try (RolloutWatch watch = verifier.watch(next)) {
            Verdict verdict = watch.verify(apply(next)).orElseThrow();
            assertThat(verdict.evidence().promises()).isEmpty();
            assertThat(watch.promises().whyNothing())
                    .hasValue("there are promises of Deployments only, and " + kind.ref() + " is none");
        }
    }

    @Test
    void severalKindsAreVerifiedAtOnceEvenUnderOneName() throws InterruptedException {
        List<HasMetadata> next = List.of(
                Kind.STATEFUL_SET.of("clock:1.0"),
                Kind.DAEMON_SET.of("clock:broken"),
                Deployments.clock(2, "clock:1.0"));
        try (RolloutWatches watches = verifier.watchAll(next)) {
            List<HasMetadata> applied = new ArrayList<>();
            next.forEach(manifest -> applied.add(apply(manifest)));
            List<Verdict> verdicts = watches.verify(applied);
            assertThat(verdicts)
                    .extracting(verdict -> verdict.evidence().workload().kind() + " " + verdict.outcome())
                    .containsExactly("StatefulSet complete", "DaemonSet failed", "Deployment complete");
            assertThat(verdicts)
                    .extracting(verdict -> verdict.evidence().promises().isPresent())
                    .containsExactly(false, false, true);
        }
        assertThat(verifier.verifyAll(List.of(apply(Kind.STATEFUL_SET.of("clock:1.1")))))
                .allMatch(Verdict::isComplete);
    }

    @Test
    void otherKindsAreRefusedInOneSentence() {
        ConfigMap none = Models.fromYaml(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: default}}", ConfigMap.class);
        String message = "only Deployments, StatefulSets and DaemonSets can be verified, not ConfigMap/c in default";
        assertThatThrownBy(() -> verifier.verify(none)).hasMessage(message);
        assertThatThrownBy(() -> verifier.watch(none)).hasMessage(message);
        assertThatThrownBy(() -> verifier.verifyAll(List.of(none))).hasMessage(message);
    }

    @Test
    void onlyPodsFromThePartitionOnAreWaitedFor() throws InterruptedException {
        running(Kind.STATEFUL_SET);
        String partitioned =
                Kind.STATEFUL_SET.spec + "\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}";
        assertThat(verifier.verify(apply(Kind.STATEFUL_SET.of("clock:1.1", partitioned)))
                        .orElseThrow()
                        .evidence()
                        .status())
                .isEqualTo("1 of 1 new pods ready, 2 of 2 below partition 2 ready");
        assertThat(readyPods("clock:1.1")).isEqualTo(1);
        assertThat(readyPods("clock:1.0")).isEqualTo(2);
    }

    @Test
    void aBrokenStatefulPodIsInTheWayOfTheMendedTemplateUntilItIsDeletedAsTheMessageSays() throws InterruptedException {
        running(Kind.STATEFUL_SET);
        assertThat(verifier.verify(apply(Kind.STATEFUL_SET.of("clock:broken"))).summary())
                .contains("; with OrderedReady it stays when the template is mended: delete it then (pod web-2)");
        Verdict mended = verifier.verify(apply(Kind.STATEFUL_SET.of("clock:1.1")));
        assertThat(mended).as(mended.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(mended.evidence().elapsed()).isBetween(ofSeconds(10), ofSeconds(11));
        assertThat(mended.summary())
                .contains(
                        "it is of an older template, and OrderedReady replaces no pod while one is not ready: delete it"
                                + " (pod web-2)");
        delete("web-2");
        verifier.verify(Kind.STATEFUL_SET.ref()).orElseThrow();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
    }

    @Test
    void withParallelPodsAndInDaemonSetsAMendedTemplateReplacesTheBrokenPodByItself() throws InterruptedException {
        String parallel = Kind.STATEFUL_SET.spec + "\n  podManagementPolicy: Parallel";
        verifier.verify(apply(Kind.STATEFUL_SET.of("clock:1.0", parallel))).orElseThrow();
        assertThat(verifier.verify(apply(Kind.STATEFUL_SET.of("clock:broken", parallel))))
                .isInstanceOf(Verdict.Failed.class);
        verifier.verify(apply(Kind.STATEFUL_SET.of("clock:1.1", parallel))).orElseThrow();
        cluster.delete(StatefulSet.class, "default", "web", DeleteOptions.defaults());
        cluster.advance(ofMinutes(1));
        assertThat(verifier.verify(apply(Kind.DAEMON_SET.of("clock:broken")))).isInstanceOf(Verdict.Failed.class);
        verifier.verify(apply(Kind.DAEMON_SET.of("clock:1.1"))).orElseThrow();
    }

    @Test
    void aStatefulSetThatIsScaledDownIsCompleteWhenThePodsAreGoing() throws InterruptedException {
        running(Kind.STATEFUL_SET);
        List<String> lines = new ArrayList<>();
        verifier.onProgress(progress -> lines.add(progress.status().line()))
                .verify(apply(Kind.STATEFUL_SET.of("clock:1.0", "serviceName: web\n  replicas: 1")))
                .orElseThrow();
        assertThat(lines).anyMatch(line -> line.contains("too many"));
        assertThat(readyPods("clock:1.0")).isEqualTo(1);
    }

    @Test
    void aDaemonSetThatSurgesKeepsTheOldPodUntilTheNewOneIsReady() throws InterruptedException {
        String surging = "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}";
        verifier.verify(apply(Kind.DAEMON_SET.of("clock:1.0", surging))).orElseThrow();
        verifier.onProgress(progress -> assertThat(readyPods("clock:1.0") + readyPods("clock:1.1"))
                        .isGreaterThanOrEqualTo(3))
                .verify(apply(Kind.DAEMON_SET.of("clock:1.1", surging)))
                .orElseThrow();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
    }

    @Test
    void aDaemonSetUndoneBeforeAnOldPodWasTouchedIsComplete() throws InterruptedException {
        String surging = "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}";
        verifier.verify(apply(Kind.DAEMON_SET.of("clock:1.0", surging))).orElseThrow();
        assertThat(verifier.verify(apply(Kind.DAEMON_SET.of("clock:broken", surging))))
                .isInstanceOf(Verdict.Failed.class);
        Verdict undone =
                verifier.verify(apply(Kind.DAEMON_SET.of("clock:1.0", surging))).orElseThrow();
        assertThat(undone.evidence().status()).isEqualTo("3 of 3 new pods ready");
        assertThat(undone.evidence().elapsed()).isLessThan(ofSeconds(10));
    }

    @Test
    void aDaemonSetThatWantsNoNodeIsCompleteAndTheLineSaysSo() throws InterruptedException {
        HasMetadata nowhere = Models.fromYaml(
                Models.toJson(Models.toTree(Kind.DAEMON_SET.of("clock:1.0")))
                        .replace("\"terminationGrace", "\"nodeSelector\":{\"disk\":\"none\"},\"terminationGrace"),
                DaemonSet.class);
        assertThat(verifier.verify(apply(nowhere)).orElseThrow().evidence().status())
                .isEqualTo("no node is to run a pod of it");
    }

    @Test
    void progressTellsWhichPodsAreNew() throws InterruptedException {
        running(Kind.STATEFUL_SET);
        List<Integer> newPods = new ArrayList<>();
        verifier.onProgress(progress -> {
                    if (progress.status() instanceof Status.Complete) {
                        newPods.add(progress.seen().newPods().size());
                    }
                    assertThat(progress.seen().deployment()).isEmpty();
                })
                .verify(apply(Kind.STATEFUL_SET.of("clock:1.1")));
        assertThat(newPods).containsExactly(3);
    }
}
