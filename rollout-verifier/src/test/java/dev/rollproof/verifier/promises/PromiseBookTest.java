// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.verifier.Deployments;
import dev.rollproof.verifier.promises.Finding.Broken;
import dev.rollproof.verifier.promises.Finding.Kept;
import dev.rollproof.verifier.promises.Finding.NotApplicable;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Three replicas, maxSurge 1, maxUnavailable 0, at rest, and then clock:1.1; each event is told by hand. */
class PromiseBookTest {
    private PromiseBook book = PromiseBook.of(Deployments.CLOCK);
    private long version = 100;
    private int generation = 1;
    private int millis;

    private enum Is {
        READY,
        NOT_READY,
        TERMINATING,
        EVICTED,
        FAILED
    }

    private void tell(ObservedObject object) {
        millis += 10;
        book = book.next(Duration.ofMillis(millis), object, false, false);
    }

    private void listed(ObservedObject object) {
        millis += 10;
        book = book.next(Duration.ofMillis(millis), object, false, true);
    }

    private void gone(ObservedObject object) {
        millis += 10;
        book = book.next(Duration.ofMillis(millis), object, true, false);
    }

    private static Deployment deployment(String image, int replicas) {
        Deployment d = Deployments.clock(replicas, image);
        d.getMetadata().setUid("uid-clock");
        return new DeploymentBuilder(d)
                .editSpec()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(1))
                .withMaxUnavailable(new IntOrString(0))
                .endRollingUpdate()
                .endStrategy()
                .endSpec()
                .build();
    }

    private void change(Deployment d) {
        d.getMetadata().setGeneration((long) generation++);
        d.getMetadata().setResourceVersion(String.valueOf(version++));
        tell(Observed.from(d));
    }

    private static Deployment complete(Deployment d) {
        int replicas = d.getSpec().getReplicas();
        return new DeploymentBuilder(d)
                .withNewStatus()
                .withObservedGeneration(1L)
                .withReplicas(replicas)
                .withUpdatedReplicas(replicas)
                .withReadyReplicas(replicas)
                .withAvailableReplicas(replicas)
                .endStatus()
                .build();
    }

    private ObservedObject set(String hash, int spec) {
        return Observed.from(new ReplicaSetBuilder()
                .withNewMetadata()
                .withName("clock-" + hash)
                .withNamespace("default")
                .withUid("uid-" + hash)
                .withGeneration(1L)
                .withResourceVersion(String.valueOf(version++))
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withKind("Deployment")
                        .withName("clock")
                        .withUid("uid-clock")
                        .withController(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withReplicas(spec)
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(1L)
                .withReplicas(spec)
                .endStatus()
                .build());
    }

    private ObservedObject pod(String hash, int number, Is is) {
        return pod(hash, number, is, version++);
    }

    private static ObservedObject pod(String hash, int number, Is is, long version) {
        boolean ready = is == Is.READY || is == Is.TERMINATING || is == Is.EVICTED;
        var builder = new PodBuilder()
                .withNewMetadata()
                .withName("clock-" + hash + "-" + number)
                .withNamespace("default")
                .withUid(hash + number)
                .withResourceVersion(String.valueOf(version))
                .addToLabels("pod-template-hash", hash)
                .withDeletionTimestamp(is == Is.TERMINATING || is == Is.EVICTED ? "2026-01-01T00:00:30Z" : null)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withKind("ReplicaSet")
                        .withName("clock-" + hash)
                        .withUid("uid-" + hash)
                        .withController(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(is == Is.FAILED ? "Failed" : "Running")
                .addToConditions(new PodConditionBuilder()
                        .withType("Ready")
                        .withStatus(ready ? "True" : "False")
                        .build())
                .addToContainerStatuses(new ContainerStatusBuilder()
                        .withName("web")
                        .withNewState()
                        .withNewRunning()
                        .endRunning()
                        .endState()
                        .build());
        if (is == Is.EVICTED) {
            builder.addToConditions(new PodConditionBuilder()
                    .withType("DisruptionTarget")
                    .withStatus("True")
                    .build());
        }
        return Observed.from(builder.endStatus().build());
    }

    private void atRest() {
        change(complete(deployment("clock:1.0", 3)));
        tell(set("old", 3));
        for (int i = 0; i < 3; i++) {
            tell(pod("old", i, Is.READY));
        }
        assertThat(book.restless()).isEmpty();
        book = book.begin();
    }

    private void changed() {
        atRest();
        change(deployment("clock:1.1", 3));
        tell(set("new", 1));
    }

    private Finding of(Promise promise) {
        return book.report().of(promise);
    }

    @Test
    void whatComesToTheNumberItselfIsKeptWithoutMargin() {
        changed();
        tell(pod("new", 0, Is.READY));
        tell(set("old", 2));
        tell(pod("old", 0, Is.TERMINATING));
        assertThat(of(Promise.SIZES_WITHIN_SURGE)).isEqualTo(new Kept(Promise.SIZES_WITHIN_SURGE, 4, 4, 2));
        assertThat(of(Promise.READY_PODS_KEPT)).isEqualTo(new Kept(Promise.READY_PODS_KEPT, 3, 3, 2));
        assertThat(((Kept) of(Promise.LIVE_PODS_BOUNDED)).margin()).isEqualTo(1);
        assertThat(of(Promise.READY_PODS_KEPT).line())
                .isEqualTo(
                        "at least 3 pods ready (R-U), not counting those that lost it by themselves: kept, least seen"
                                + " 3, 2 events");
    }

    @Test
    void sizesThatAddUpToMoreAreReportedWithTheEventThatDidIt() {
        changed();
        tell(set("new", 2));
        tell(set("new", 3));
        Broken broken = (Broken) of(Promise.SIZES_WITHIN_SURGE);
        assertThat(broken.bound()).isEqualTo(4);
        assertThat(broken.by().seen()).isEqualTo(5);
        assertThat(broken.by().object().toString()).isEqualTo("ReplicaSet/clock-new in default");
        assertThat(broken.by().resourceVersion()).isEqualTo("107");
        assertThat(broken.by().at()).isEqualTo(Duration.ofMillis(80));
        assertThat(broken.by().numbers()).isEqualTo("5 pods asked for (2 for clock-new + 3 for clock-old)");
        assertThat(broken.line())
                .isEqualTo(
                        "the ReplicaSets' sizes add up to at most 4 (R+S): BROKEN by ReplicaSet/clock-new in default at"
                                + " version 107 after 0.080 s: 5 pods asked for (2 for clock-new + 3 for clock-old)");
    }

    @Test
    void aReplicaSetAboveTheReplicasBreaksItsOwnPromise() {
        changed();
        tell(set("new", 4));
        assertThat(of(Promise.NO_SIZE_ABOVE_REPLICAS)).isInstanceOf(Broken.class);
    }

    @Test
    void tooManyLivePodsBreakThePromiseAndTerminatingOnesDoNot() {
        changed();
        for (int i = 0; i < 2; i++) {
            tell(pod("new", i, Is.NOT_READY));
        }
        tell(pod("old", 0, Is.TERMINATING));
        tell(pod("new", 2, Is.NOT_READY));
        assertThat(((Kept) of(Promise.LIVE_PODS_BOUNDED)).seen()).isEqualTo(5);
        tell(pod("new", 3, Is.NOT_READY));
        assertThat(((Broken) of(Promise.LIVE_PODS_BOUNDED)).by().seen()).isEqualTo(6);
    }

    @Test
    void aReadyPodThatIsTakenAwayTooEarlyBreaksThePromise() {
        changed();
        tell(pod("old", 0, Is.TERMINATING));
        Broken broken = (Broken) of(Promise.READY_PODS_KEPT);
        assertThat(broken.by().object().name()).isEqualTo("clock-old-0");
        assertThat(broken.by().numbers()).startsWith("2 pods ready, 2 live, 1 terminating or ended");
    }

    @Test
    void podsThatLoseReadinessByThemselvesAreNotTheStrategysFault() {
        for (Is loss : new Is[] {Is.NOT_READY, Is.FAILED, Is.EVICTED}) {
            book = PromiseBook.of(Deployments.CLOCK);
            generation = 1;
            changed();
            tell(pod("old", 0, loss));
            assertThat(of(Promise.READY_PODS_KEPT)).as("%s", loss).isInstanceOf(Kept.class);
            assertThat(book.report().leastReady()).isEqualTo(2);
            tell(pod("old", 1, Is.TERMINATING));
            assertThat(of(Promise.READY_PODS_KEPT)).as("%s", loss).isInstanceOf(Broken.class);
        }
    }

    @Test
    void aBrokenPromiseStaysBroken() {
        changed();
        tell(pod("old", 0, Is.TERMINATING));
        tell(pod("new", 0, Is.READY));
        tell(pod("new", 1, Is.READY));
        assertThat(book.report().broken()).extracting(Broken::promise).containsExactly(Promise.READY_PODS_KEPT);
    }

    @Test
    void theNumbersMayComeFromADeploymentThatIsToldOfLaterThanItsPods() {
        atRest();
        tell(set("new", 1));
        tell(pod("new", 0, Is.READY));
        change(deployment("clock:1.1", 3));
        assertThat(((Kept) of(Promise.SIZES_WITHIN_SURGE)).seen()).isEqualTo(4);
    }

    @Test
    void aSecondEditMakesWarningsOfThePromises() {
        changed();
        change(deployment("clock:1.0", 3));
        tell(pod("old", 0, Is.TERMINATING));
        NotApplicable finding = (NotApplicable) of(Promise.READY_PODS_KEPT);
        assertThat(finding.why()).isEqualTo("the template was changed a second time");
        assertThat(finding.beyond()).isPresent();
        assertThat(finding.line()).contains("warning").contains("2 pods ready");
        assertThat(book.report().broken()).isEmpty();
    }

    @Test
    void scalingBringsOffThePromises() {
        changed();
        change(deployment("clock:1.1", 5));
        assertThat(of(Promise.SIZES_WITHIN_SURGE).line()).contains("the replicas were changed from 3 to 5");
    }

    @Test
    void aChangedStrategyIsFineBeforeTheTemplateChangesAndNotAfter() {
        atRest();
        Deployment more = deployment("clock:1.0", 3);
        more.getSpec().getStrategy().getRollingUpdate().setMaxSurge(new IntOrString(2));
        change(more);
        Deployment next = deployment("clock:1.1", 3);
        next.getSpec().getStrategy().getRollingUpdate().setMaxSurge(new IntOrString(2));
        change(next);
        tell(set("new", 2));
        assertThat(((Kept) of(Promise.SIZES_WITHIN_SURGE)).bound()).isEqualTo(5);
        change(deployment("clock:1.1", 3));
        assertThat(of(Promise.SIZES_WITHIN_SURGE).line()).contains("the strategy was changed after the template");
    }

    @Test
    void unseenChangesBringOffThePromises() {
        changed();
        generation += 2;
        change(deployment("clock:1.1", 3));
        assertThat(of(Promise.READY_PODS_KEPT).line()).contains("changed 3 times between two looks");
    }

    @Test
    void withoutAChangeNothingIsPromised() {
        atRest();
        assertThat(book.report().findings())
                .allSatisfy(finding -> assertThat(finding.line()).contains("no change of the template was seen"));
    }

    @Test
    void withoutRestNothingIsPromised() {
        change(complete(deployment("clock:1.0", 3)));
        tell(set("old", 3));
        tell(pod("old", 0, Is.READY));
        book = book.begin();
        change(deployment("clock:1.1", 3));
        assertThat(of(Promise.READY_PODS_KEPT).line())
                .contains("the change did not meet a state of rest: 1 of 3 pods were ready, 1 lived");
    }

    @Test
    void withoutADeploymentNothingIsPromised() {
        book = book.begin();
        assertThat(of(Promise.READY_PODS_KEPT).line()).contains("there was no Deployment to change");
    }

    @Test
    void recreatePromisesOneVersionAtATimeAndNothingElseAboutPods() {
        atRest();
        Deployment next = deployment("clock:1.1", 3);
        next.getSpec().getStrategy().setType("Recreate");
        next.getSpec().getStrategy().setRollingUpdate(null);
        change(next);
        for (int i = 0; i < 3; i++) {
            tell(pod("old", i, Is.TERMINATING));
        }
        assertThat(of(Promise.READY_PODS_KEPT).line()).contains("Recreate takes all pods away at once");
        assertThat(of(Promise.ONE_VERSION_AT_A_TIME)).isInstanceOf(Kept.class);
        tell(pod("new", 0, Is.NOT_READY));
        assertThat(((Broken) of(Promise.ONE_VERSION_AT_A_TIME)).by().numbers()).endsWith("running new and old");
    }

    @Test
    void aRollingUpdateDoesNotPromiseOneVersionAtATime() {
        changed();
        assertThat(of(Promise.ONE_VERSION_AT_A_TIME).line()).contains("a rolling update runs both versions");
    }

    @Test
    void podsOfOthersAreNotCounted() {
        changed();
        ObservedObject stranger = Observed.from(new PodBuilder()
                .withNewMetadata()
                .withName("clock-canary-abc")
                .withNamespace("default")
                .withUid("stranger")
                .withResourceVersion("900")
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withKind("ReplicaSet")
                        .withName("clock-canary-5d")
                        .withUid("x")
                        .withController(true)
                        .build())
                .addToLabels("pod-template-hash", "5d")
                .endMetadata()
                .build());
        int before = book.report().events();
        tell(stranger);
        assertThat(book.report().events()).isEqualTo(before);
    }

    /** A list after a broken watch tells what happened in no order: the pods that went before those that came. */
    @Test
    void whatIsSeenWhileAStreamIsListedAgainCountsForNothing() {
        changed();
        long missed = version;
        version += 10;
        tell(pod("old", 0, Is.TERMINATING, missed + 5));
        assertThat(of(Promise.READY_PODS_KEPT)).isInstanceOf(Broken.class);
        gone(pod("old", 1, Is.READY, missed - 3));
        tell(pod("new", 0, Is.READY, missed + 2));
        tell(pod("new", 1, Is.READY, missed + 3));
        assertThat(of(Promise.READY_PODS_KEPT)).isInstanceOf(Kept.class);
        millis += 2000;
        tell(pod("old", 2, Is.TERMINATING));
        assertThat(of(Promise.READY_PODS_KEPT)).as("order has come back").isInstanceOf(Broken.class);
    }

    /** As a list by name does where the older ReplicaSet has the later name: it is told last, and its version is the highest. */
    @Test
    void whatANewListTellsInAscendingVersionsCountsForNothingEither() {
        changed();
        tell(set("old", 3));
        millis += 2000;
        listed(set("new", 3));
        listed(set("old", 0));
        assertThat(of(Promise.SIZES_WITHIN_SURGE)).isInstanceOf(Kept.class);
        millis += 2000;
        tell(set("old", 3));
        assertThat(of(Promise.SIZES_WITHIN_SURGE)).as("order has come back").isInstanceOf(Broken.class);
    }
}
