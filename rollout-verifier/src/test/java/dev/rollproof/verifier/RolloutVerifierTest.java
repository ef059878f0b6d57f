// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static dev.rollproof.verifier.Deployments.CLOCK;
import static dev.rollproof.verifier.Deployments.clock;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollouts on the simulated cluster, verified while they happen: each verdict as a story. */
public class RolloutVerifierTest extends Rolling {
    private static final ImageBehavior WELL = ImageBehavior.wellBehaved();

    private RolloutActions actions;
    private RolloutVerifier verifier;

    @BeforeEach
    void take() {
        actions = RolloutActions.on(cluster);
        verifier = RolloutVerifier.on(cluster).with(VerifierOptions.defaults().withTimeout(ofSeconds(60)));
    }

    private Deployment running(int replicas) throws InterruptedException {
        Deployment applied = actions.apply(clock(replicas, "clock:1.0"));
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

    @Test
    void aNewDeploymentIsCompleteWhenItsPodsAreReady() throws InterruptedException {
        Verdict verdict = verifier.verify(actions.apply(clock(3, "clock:1.0")));
        assertThat(verdict).isInstanceOf(Verdict.Complete.class);
        assertThat(readyPods("clock:1.0")).isEqualTo(3);
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofMillis(500).minus(early()), ofSeconds(5).plus(late()));
        assertThat(verdict.evidence().generation()).isEqualTo(1);
    }

    @Test
    void anUpdateIsNotDoneBeforeTheControllerHasSeenIt() throws InterruptedException {
        onlyInVirtualTime("the controller may have seen it before the answer is here");
        running(3);
        List<String> lines = new ArrayList<>();
        Verdict verdict = verifier.onProgress(
                        progress -> lines.add(progress.status().line()))
                .verify(actions.setImage(CLOCK, "web", "clock:1.1"));
        assertThat(verdict.isComplete()).isTrue();
        assertThat(lines).contains("waiting for the Deployment controller to observe generation 2");
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
        assertThat(readyPods("clock:1.0")).isZero();
    }

    /** An autoscaler may do it: to the size that the old ReplicaSet was just brought down to. */
    @Test
    void whatTheControllerTakesForAScalingForeverIsToldAndGoesOnOnceWhatIsAdvisedIsDone() throws InterruptedException {
        onlyInVirtualTime("the controller may be quicker");
        Deployment first = clock(4, "clock:1.0");
        first.getSpec().setStrategy(oneLess());
        verifier.verify(actions.apply(first)).orElseThrow();
        AtomicBoolean scaled = new AtomicBoolean();
        Verdict verdict = verifier.onProgress(progress -> {
                    if (sizes().equals(List.of(0, 3)) && !scaled.getAndSet(true)) {
                        cluster.scale(Deployment.class, "default", "clock", 3, WriteOptions.defaults());
                    }
                })
                .verify(actions.setImage(CLOCK, "web", "clock:1.1"));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("ScalingNeverEnds");
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(12));
        Matcher advice = Pattern.compile("annotate replicaset (\\S+) --namespace default --overwrite (\\S+)=(\\d+)")
                .matcher(verdict.evidence().causes().get(0).message());
        assertThat(advice.find()).as(verdict.summary()).isTrue();
        annotate(advice.group(1), advice.group(2), advice.group(3));
        verifier.verify(CLOCK).orElseThrow();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
    }

    /** It may be left over from a rollout that was gone back from. */
    @Test
    void whereAScalingNeverEndsNoDeadlinePassesEither() throws InterruptedException {
        running(2);
        String set = cluster.list(Query.of(ReplicaSet.class).inNamespace("default"))
                .get(0)
                .getMetadata()
                .getName();
        annotate(set, "deployment.kubernetes.io/desired-replicas", "5");
        // The controller hears of the two changes by two watches.
        pass(ofSeconds(2));
        Verdict verdict = verifier.verify(actions.setImage(CLOCK, "web", "clock:1.1"));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary())
                .contains("waiting for the new ReplicaSet to be created")
                .contains("ReplicaSet \"" + set + "\" has the 2 pods that are wanted");
        skip(ofMinutes(20));
        assertThat(Observed.from(cluster.get(Deployment.class, "default", "clock")
                                .orElseThrow())
                        .condition("Progressing"))
                .hasValueSatisfying(condition -> assertThat(condition.isTrue()).isTrue());
    }

    private void annotate(String replicaSet, String name, String value) {
        String patch = "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(name, value);
        cluster.patch(ReplicaSet.class, "default", replicaSet, Patch.merge(patch), WriteOptions.defaults());
    }

    private static DeploymentStrategy oneLess() {
        return new DeploymentStrategyBuilder()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(0))
                .withMaxUnavailable(new IntOrString(1))
                .endRollingUpdate()
                .build();
    }

    private List<Integer> sizes() {
        return cluster.list(Query.of(ReplicaSet.class).inNamespace("default")).stream()
                .map(set -> set.getSpec().getReplicas())
                .sorted()
                .toList();
    }

    /** The clock with something more in its pods' spec. */
    private static Deployment with(String image, Consumer<PodSpec> change) {
        Deployment deployment = clock(2, image);
        change.accept(deployment.getSpec().getTemplate().getSpec());
        return deployment;
    }

    @Test
    void aPodThatIsKilledForItsHealthIsToldFromOneThatCrashes() throws InterruptedException {
        simulated
                .images()
                .declare("clock:unwell", WELL.livenessFailsAfter(ofSeconds(1)).readyAfter(ofSeconds(20)));
        running(2);
        Verdict verdict = verifier.verify(actions.apply(with(
                "clock:unwell",
                spec -> spec.getContainers()
                        .get(0)
                        .setLivenessProbe(new ProbeBuilder()
                                .withPeriodSeconds(1)
                                .withFailureThreshold(2)
                                .withNewHttpGet()
                                .withPath("/")
                                .withNewPort(8080)
                                .endHttpGet()
                                .build()))));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes().get(0).message())
                .isEqualTo("container \"web\" was killed 2 times (exit 0), since its liveness probe failed:"
                        + " HTTP probe failed with statuscode: 500");
    }

    @Test
    void aGateThatNobodyOpensIsNamedWhenTheTimeIsOver() throws InterruptedException {
        running(2);
        Verdict verdict = verifier.verify(actions.apply(
                with("clock:1.1", spec -> spec.setReadinessGates(List.of(new PodReadinessGate("example.com/in"))))));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.evidence().causes().get(0).message())
                .isEqualTo("corresponding condition of pod readiness gate \"example.com/in\" does not exist.");

        Verdict gated = verifier.verify(actions.apply(with(
                "clock:1.2", spec -> spec.setSchedulingGates(List.of(new PodSchedulingGate("example.com/wait"))))));
        assertThat(gated).as(gated.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(gated.evidence().causes().get(0).reason()).isEqualTo("SchedulingGated");
    }

    @Test
    void anInitContainerThatNeverEndsIsNamedWhenTheTimeIsOver() throws InterruptedException {
        running(2);
        Verdict verdict = verifier.verify(actions.apply(with(
                "clock:1.1",
                spec -> spec.setInitContainers(List.of(new ContainerBuilder()
                        .withName("migration")
                        .withImage("clock:1.1")
                        .withCommand("sleep", "1000")
                        .build())))));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.evidence().causes().get(0).message())
                .isEqualTo("init container \"migration\" runs, and the others wait for its end");
    }

    @Test
    void aScaleDownIsDoneWhenThePodsAreGoing() throws InterruptedException {
        running(10);
        Verdict verdict = verifier.verify(actions.scale(CLOCK, 1));
        assertThat(verdict.isComplete()).isTrue();
        assertThat(readyPods("clock:1.0")).isEqualTo(1);
    }

    @Test
    void aScaleToZeroIsDoneWhenThePodsAreGoing() throws InterruptedException {
        running(3);
        Verdict verdict = verifier.verify(actions.scale(CLOCK, 0));
        assertThat(verdict.isComplete()).isTrue();
        assertThat(readyPods("clock:1.0")).isZero();
    }

    @Test
    void anOptionWaitsUntilTheOldPodsAreGone() throws InterruptedException {
        // Longer than a busy machine takes to look.
        Duration drained = ofSeconds(40);
        simulated.images().declare("clock:1.0", WELL.drainsFor(drained));
        Deployment draining = clock(3, "clock:1.0");
        draining.getSpec().getTemplate().getSpec().setTerminationGracePeriodSeconds(60L);
        verifier.verify(actions.apply(draining)).orElseThrow();
        Duration plain = verifier.verify(actions.setImage(CLOCK, "web", "clock:1.1"))
                .evidence()
                .elapsed();
        assertThat(cluster.list(Query.of(Pod.class).inNamespace("default"))).hasSizeGreaterThan(3);
        Duration more = RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withWaitForOldPods(true))
                .verify(CLOCK)
                .evidence()
                .elapsed();
        assertThat(cluster.list(Query.of(Pod.class).inNamespace("default"))).hasSize(3);
        assertThat(plain.plus(more)).isGreaterThan(drained.minus(early()));
    }

    @Test
    void aCrashingVersionFailsWithItsCauseLongBeforeTheTimeout() throws InterruptedException {
        running(3);
        simulated
                .images()
                .declare("clock:broken", WELL.crashesAfter(Duration.ZERO).withExitCode(1));
        Verdict verdict = verifier.verify(actions.setImage(CLOCK, "web", "clock:broken"));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(15).plus(late()));
        assertThat(verdict.evidence().causes())
                .extracting(Cause::reason, Cause::message)
                .containsExactly(org.assertj.core.api.Assertions.tuple(
                        "CrashLoopBackOff", "container \"web\" crashed 2 times with exit 1"));
        assertThat(verdict.evidence().causes().get(0).pod()).startsWith("clock-");
        assertThat(readyPods("clock:1.0")).as("the old version serves on").isEqualTo(3);
    }

    @Test
    void anImageThatCannotBePulledFailsWithinSeconds() throws InterruptedException {
        simulated.images().declare("clock:nope", WELL.notFound());
        Verdict verdict = verifier.verify(actions.apply(clock(3, "clock:nope")));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(10).plus(late()));
        assertThat(verdict.summary())
                .startsWith("Deployment/clock in default failed after ")
                .contains("ErrImagePull: container \"web\" image \"clock:nope\" cannot be pulled: ")
                .contains("not found");
    }

    @Test
    void outOfMemoryIsSaidToBe() throws InterruptedException {
        simulated.images().declare("clock:fat", WELL.readyAfter(ofSeconds(5)).outOfMemoryAfter(ofMillis(500)));
        Verdict verdict = verifier.verify(actions.apply(clock(1, "clock:fat")));
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("OOMKilled");
    }

    @Test
    void aVersionThatIsNeverReadyTimesOutAndTheCauseIsNamed() throws InterruptedException {
        simulated.images().declare("clock:mute", WELL.neverReady());
        Verdict verdict = verifier.verify(actions.apply(clock(1, "clock:mute")));
        assertThat(verdict).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofSeconds(60), ofSeconds(60).plus(late()));
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("ContainersNotReady");
        assertThat(verdict.summary()).contains("statuscode: 503");
    }

    @Test
    void theProgressDeadlineIsAFailureBeforeTheTimeout() throws InterruptedException {
        simulated.images().declare("clock:mute", WELL.neverReady());
        Deployment impatient = clock(1, "clock:mute");
        impatient.getSpec().setProgressDeadlineSeconds(20);
        Verdict verdict = verifier.verify(actions.apply(impatient));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofSeconds(20).minus(early()), ofSeconds(23).plus(late()));
        assertThat(verdict.evidence().causes())
                .extracting(Cause::reason)
                .containsExactly("ContainersNotReady", "ProgressDeadlineExceeded");
    }

    @Test
    void anExhaustedQuotaFailsWithTheServersText() throws InterruptedException {
        running(3);
        cluster.create(
                new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("pods")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("pods", new Quantity("3"))
                        .endSpec()
                        .build(),
                WriteOptions.defaults());
        skip(ofSeconds(1));
        Verdict verdict = verifier.verify(actions.setImage(CLOCK, "web", "clock:1.1"));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofSeconds(35).minus(early()), ofSeconds(37).plus(late()));
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("FailedCreate");
        assertThat(verdict.summary())
                .contains("exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3");
    }

    @Test
    void aPodThatFitsNowhereIsAFailureAfterAMinute() throws InterruptedException {
        Deployment greedy = clock(1, "clock:1.0");
        greedy.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .setResources(new io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder()
                        .addToRequests("cpu", new Quantity("100"))
                        .build());
        Verdict verdict = RolloutVerifier.on(cluster).verify(actions.apply(greedy));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofSeconds(60), ofSeconds(62).plus(late()));
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("Unschedulable");
    }

    @Test
    void aVersionThatCrashesAfterItWasCompleteIsCaughtByAskingForStability() throws InterruptedException {
        simulated.images().declare("clock:late", WELL.crashesAfter(ofSeconds(8)));
        assertThat(verifier.verify(actions.apply(clock(3, "clock:late"))).isComplete())
                .as("without asking, the same early answer that kubectl gives")
                .isTrue();
        Verdict verdict = RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(ofSeconds(60)).withStableFor(ofSeconds(20)))
                .verify(CLOCK);
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("CrashLoopBackOff");
    }

    @Test
    void somebodyElsesUndoIsASupersededRolloutNotASuccess() throws InterruptedException {
        running(3);
        simulated.images().declare("clock:mute", WELL.neverReady());
        Deployment broken = actions.setImage(CLOCK, "web", "clock:mute");
        skip(ofSeconds(5));
        actions.undo(CLOCK);
        Verdict verdict = verifier.verify(broken);
        assertThat(verdict).isInstanceOf(Verdict.Superseded.class);
        assertThat(verdict.evidence().generation())
                .isEqualTo(broken.getMetadata().getGeneration());
        assertThat(verdict.summary()).contains("somebody changed its template").contains("clock:1.0");
    }

    @Test
    void somebodyElsesUndoMeanwhileIsASupersededRolloutToo() throws InterruptedException {
        running(3);
        simulated.images().declare("clock:mute", WELL.neverReady());
        Deployment broken = actions.setImage(CLOCK, "web", "clock:mute");
        // Once: another undo would bring the broken version back.
        AtomicBoolean undone = new AtomicBoolean();
        Verdict verdict = verifier.onProgress(progress -> {
                    if (progress.elapsed().compareTo(ofSeconds(3)) > 0
                            && progress.status() instanceof Status.Progressing
                            && undone.compareAndSet(false, true)) {
                        actions.undo(CLOCK);
                    }
                })
                .verify(broken);
        assertThat(verdict).isInstanceOf(Verdict.Superseded.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(30).plus(late()));
    }

    @Test
    void aPausedRolloutIsSaidToBePaused() throws InterruptedException {
        running(3);
        actions.pause(CLOCK);
        Verdict verdict = verifier.verify(actions.setImage(CLOCK, "web", "clock:1.1"));
        assertThat(verdict).isInstanceOf(Verdict.Paused.class);
        assertThat(verifier.verify(actions.resume(CLOCK)).isComplete()).isTrue();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
    }

    @Test
    void aDeletedDeploymentIsSaidToBeDeleted() throws InterruptedException {
        Deployment applied = running(3);
        cluster.delete(Deployment.class, "default", "clock", DeleteOptions.defaults());
        assertThat(verifier.verify(applied)).isInstanceOf(Verdict.Deleted.class);
        assertThat(verifier.verify(CLOCK).summary()).contains("Deployment/clock in default does not exist");
    }

    @Test
    void aDeploymentThatAListFromACacheDoesNotKnowYetIsNotDeleted() throws InterruptedException {
        simulated.faults().staleFirstLists(Duration.ofSeconds(5));
        assertThat(verifier.verify(actions.apply(clock(3, "clock:1.0"))).isComplete())
                .isTrue();
    }

    @Test
    void aNamesakeThatAListFromACacheStillKnowsIsNotOurs() throws InterruptedException {
        running(3);
        simulated.faults().staleFirstLists(Duration.ofSeconds(5));
        cluster.delete(Deployment.class, "default", "clock", DeleteOptions.defaults());
        assertThat(verifier.verify(actions.apply(clock(2, "clock:1.1"))).isComplete())
                .isTrue();
        assertThat(readyPods("clock:1.1")).isEqualTo(2);
    }

    @Test
    void whetherADeploymentIsGoneIsAskedAgainWhereTheServerDoesNotAnswer() throws InterruptedException {
        simulated.faults().staleFirstLists(Duration.ofSeconds(5));
        Deployment applied = actions.apply(clock(3, "clock:1.0"));
        simulated.faults().failFrom(1, 2, Call.to(Verb.GET).on(Deployment.class), Reason.SERVICE_UNAVAILABLE);
        assertThat(verifier.verify(applied).isComplete()).isTrue();
    }

    @Test
    void anotherDeploymentOfTheSameNameIsNotOurs() throws InterruptedException {
        Deployment applied = running(3);
        cluster.delete(Deployment.class, "default", "clock", DeleteOptions.defaults());
        running(3);
        Verdict verdict = verifier.verify(applied);
        assertThat(verdict).isInstanceOf(Verdict.Deleted.class);
        assertThat(verdict.summary()).contains("another one was created under its name");
    }

    @Test
    void aClusterOutOfReachIsAVerdictOfItsOwn() throws InterruptedException {
        onlyInVirtualTime("before it gives up, fabric8's client tries again for seconds of real time");
        Deployment applied = actions.apply(clock(3, "clock:1.0"));
        simulated.faults().unreachable(Duration.ofHours(1));
        Verdict verdict = RolloutVerifier.on(cluster).verify(applied);
        assertThat(verdict).isInstanceOf(Verdict.Unreachable.class);
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofSeconds(90), ofSeconds(91).plus(late()));
        assertThat(verifier.verify(CLOCK)).isInstanceOf(Verdict.Unreachable.class);
    }

    @Test
    void aRestartOfTheServerIsSurvived() throws InterruptedException {
        running(3);
        Deployment changed = actions.setImage(CLOCK, "web", "clock:1.1");
        simulated.faults().unreachable(ofSeconds(10));
        // Over HTTPS fabric8's client looks again at longer and longer intervals of real time.
        Verdict verdict = verifier.with(VerifierOptions.defaults().withTimeout(ofMinutes(3)))
                .verify(changed);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(readyPods("clock:1.1")).isEqualTo(3);
    }

    @Test
    void watchesThatAreOpenAndSilentAreFoundOutByTheWatchdog() throws InterruptedException {
        // Slower than a busy machine, which is late to silence them.
        simulated.images().declare("clock:1.1", WELL.readyAfter(ofSeconds(4)));
        running(3);
        List<String> notes = new ArrayList<>();
        Deployment changed = actions.setImage(CLOCK, "web", "clock:1.1");
        Verdict verdict = verifier.onProgress(progress -> {
                    if (progress.elapsed().compareTo(ofMillis(500)) > 0 && notes.isEmpty()) {
                        notes.add("silenced");
                        simulated.faults().silenceWatches();
                    }
                })
                .verify(changed);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().elapsed())
                .isBetween(ofSeconds(10).minus(early()), ofSeconds(32).plus(late()));
        assertThat(verdict.evidence().timeline().entries())
                .extracting(Timeline.Entry::what)
                .anyMatch(what -> what.startsWith("the watches were silent while the cluster changed"));
    }

    @Test
    void expiredAndCutWatchesAreSurvived() throws InterruptedException {
        running(3);
        Deployment changed = actions.setImage(CLOCK, "web", "clock:1.1");
        int[] cuts = {0};
        Verdict verdict = verifier.onProgress(progress -> {
                    if (cuts[0]++ % 5 == 2) {
                        simulated.faults().expireHistory();
                        simulated.faults().cutWatches();
                    }
                })
                .verify(changed);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(cuts[0]).isGreaterThan(3);
    }

    /** As informers do that know a Deployment a moment before they tell of it. */
    @Test
    void whatIsToldWhileTheVerifierAsksWhetherAllIsToldIsNotMissed() throws InterruptedException {
        Cluster late = (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, args) -> {
                    if (method.getName().equals("observe")) {
                        return LateObservation.of(cluster, (Query<?>) args[0], (Consumer<?>) args[1]);
                    }
                    return method.invoke(cluster, args);
                });
        Deployment applied = running(2);
        Verdict verdict = RolloutVerifier.on(late).verify(applied);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(1).plus(late()));
    }

    /** Keeps what it hears to itself until it is asked. */
    private static final class LateObservation implements Observation {
        private final Consumer<Change> onChange;
        private final List<Change> held = new ArrayList<>();
        private boolean asked;
        private @Nullable Observation real;

        private LateObservation(Consumer<Change> onChange) {
            this.onChange = onChange;
        }

        @SuppressWarnings("unchecked")
        static LateObservation of(Cluster cluster, Query<?> query, Consumer<?> onChange) {
            LateObservation late = new LateObservation((Consumer<Change>) onChange);
            late.real = cluster.observe(query, late::hear);
            return late;
        }

        private void hear(Change change) {
            if (asked) {
                onChange.accept(change);
            } else {
                held.add(change);
            }
        }

        private Observation real() {
            return Objects.requireNonNull(real);
        }

        @Override
        public boolean synced() {
            if (!asked && real().synced()) {
                asked = true;
                held.forEach(onChange);
            }
            return asked;
        }

        @Override
        public Optional<Instant> lastHeard() {
            return real().lastHeard();
        }

        @Override
        public Optional<ClusterException> trouble() {
            return real().trouble();
        }

        @Override
        public void close() {
            real().close();
        }
    }

    @Test
    void withoutTheRightToSeePodsAndEventsTheStatusIsJudgedAndThatIsSaid() throws InterruptedException {
        simulated.faults().failFrom(1, Integer.MAX_VALUE, Call.any().on(Pod.class), Reason.FORBIDDEN);
        simulated.faults().failFrom(1, Integer.MAX_VALUE, Call.any().on(Event.class), Reason.FORBIDDEN);
        simulated.faults().failFrom(1, Integer.MAX_VALUE, Call.any().on(ReplicaSet.class), Reason.FORBIDDEN);
        Verdict verdict = verifier.verify(actions.apply(clock(3, "clock:1.0")));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().unseen())
                .hasSizeBetween(
                        cluster == simulated ? 3 : 2, 3) // Events may be looked for later: they are never needed.
                .anyMatch(unseen -> unseen.startsWith("judged without pods: "));
        assertThat(verdict.summary()).contains("by the status alone");
    }

    @Test
    void withoutTheRightToWatchDeploymentsNothingIsJudgedAndThatIsSaidAtOnce() throws InterruptedException {
        Deployment applied = actions.apply(clock(3, "clock:1.0"));
        simulated.faults().failFrom(1, Integer.MAX_VALUE, Call.to(Verb.LIST).on(Deployment.class), Reason.FORBIDDEN);
        Verdict verdict = verifier.verify(applied);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Unreachable.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(2).plus(late()));
        assertThat(verdict.summary()).contains("could not be verified").contains("a right is missing: ");
    }

    @Test
    void aPodThatCrashedOnceAndThenServesIsNoFailure() throws InterruptedException {
        simulated.images().declare("clock:shy", WELL.crashesAfter(ofMillis(300)).times(1));
        Verdict verdict = verifier.verify(actions.apply(clock(3, "clock:shy")));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
    }

    @Test
    void theTimelineTellsWhatWasObservedWhen() throws InterruptedException {
        running(3);
        Verdict verdict = verifier.verify(actions.setImage(CLOCK, "web", "clock:1.1"));
        List<Timeline.Entry> entries = verdict.evidence().timeline().entries();
        assertThat(entries).isSortedAccordingTo(java.util.Comparator.comparing(Timeline.Entry::at));
        assertThat(entries)
                .extracting(Timeline.Entry::subject)
                .anyMatch(subject -> subject.startsWith("replicaset/clock-"));
        assertThat(entries).extracting(Timeline.Entry::subject).anyMatch(subject -> subject.startsWith("pod/clock-"));
        assertThat(entries)
                .filteredOn(entry -> entry.subject().equals("rollout"))
                .last()
                .extracting(Timeline.Entry::what)
                .isEqualTo("3 of 3 new pods ready");
    }

    @Test
    void aFailureBecomesAnExceptionWhoseMessageSaysItAll() throws InterruptedException {
        simulated
                .images()
                .declare("clock:broken", WELL.crashesAfter(Duration.ZERO).withExitCode(3));
        Verdict verdict = verifier.verify(actions.apply(clock(1, "clock:broken")));
        assertThatThrownBy(verdict::orElseThrow)
                .isInstanceOf(RolloutException.class)
                .hasMessageMatching("Deployment/clock in default failed after \\d+\\.\\d s: 0 of 1 new pods ready;"
                        + " CrashLoopBackOff: container \"web\" crashed 2 times with exit 3 \\(pod clock-\\w+-\\w+\\)");
    }

    @Test
    void otherKindsAreRefused() {
        assertThatThrownBy(() -> verifier.verify(new ObjectRef("ReplicaSet", "default", "clock")))
                .hasMessage(
                        "only Deployments, StatefulSets and DaemonSets can be verified, not ReplicaSet/clock in default");
    }

    @Test
    void anInterruptedVerificationSaysSo() {
        Deployment applied = actions.apply(clock(3, "clock:1.0"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> verifier.verify(applied)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void optionsAreValidated() {
        VerifierOptions options = VerifierOptions.defaults();
        assertThatThrownBy(() -> options.withTimeout(ofSeconds(-1))).hasMessage("timeout must be positive, was PT-1S");
        assertThatThrownBy(() -> options.withTimeout(Duration.ZERO)).hasMessage("timeout must be positive, was PT0S");
        assertThatThrownBy(() -> options.withStableFor(ofSeconds(-1)))
                .hasMessage("stableFor must not be negative, was PT-1S");
        assertThatThrownBy(() -> options.withWatchdog(Duration.ZERO)).hasMessage("watchdog must be positive, was PT0S");
        assertThatThrownBy(() -> options.withUnreachable(Duration.ZERO))
                .hasMessage("unreachable must be positive, was PT0S");
    }

    @Test
    void observedPodsAreWhatTheClusterHas() throws InterruptedException {
        running(2);
        List<ObservedPod> pods = cluster.list(Query.of(Pod.class).inNamespace("default")).stream()
                .map(Observed::from)
                .toList();
        assertThat(pods).hasSize(2).allMatch(ObservedPod::ready);
    }
}
