// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.RolloutActions;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the controllers of Deployments and ReplicaSets promise: what they create, in which steps, and what they say of it. */
abstract class RolloutsContract extends Contract {
    private ObjectRef ref() {
        return new ObjectRef("Deployment", namespace, "clock");
    }

    private ObservedDeployment observed() {
        return Observed.from(stored(Deployment.class, "clock"));
    }

    private void setImage(String image) {
        RolloutActions.on(cluster).setImage(ref(), "web", image);
    }

    private void eventuallyComplete() {
        eventually(
                "the rollout to be complete",
                () -> {
                    ObservedDeployment d = observed();
                    return d.observedGeneration() == d.metadata().generation()
                            && d.updatedReplicas() == d.replicas()
                            && d.statusReplicas() == d.replicas()
                            && d.availableReplicas() == d.replicas()
                            && d.condition("Progressing")
                                    .filter(condition -> condition.reason().equals("NewReplicaSetAvailable"))
                                    .isPresent();
                },
                this::observed);
    }

    private List<ObservedReplicaSet> sets() {
        return cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace)).stream()
                .map(Observed::from)
                .sorted(Comparator.comparingLong(set -> set.revision().orElse(0)))
                .toList();
    }

    private List<ObservedPod> pods() {
        return cluster.list(Query.of(Pod.class).inNamespace(namespace)).stream()
                .map(Observed::from)
                .toList();
    }

    @Test
    void aDeploymentMakesAReplicaSetAndThatItsPods() {
        Deployment created = create(clock("clock", 2));
        eventuallyComplete();

        ObservedReplicaSet set = sets().get(0);
        assertThat(sets()).hasSize(1);
        assertThat(set.podTemplateHash()).isNotEmpty();
        assertThat(set.metadata().name()).isEqualTo("clock-" + set.podTemplateHash());
        assertThat(set.metadata().isControlledBy(created.getMetadata().getUid()))
                .isTrue();
        assertThat(set.labelSelector()).contains("app=clock").contains("pod-template-hash=" + set.podTemplateHash());
        assertThat(set.metadata().annotations())
                .isEqualTo(Map.of(
                        "deployment.kubernetes.io/revision", "1",
                        "deployment.kubernetes.io/desired-replicas", "2",
                        "deployment.kubernetes.io/max-replicas", "3"));
        assertThat(set.availableReplicas()).isEqualTo(2);
        assertThat(pods()).hasSize(2).allSatisfy(pod -> {
            assertThat(pod.metadata().name()).matches(set.metadata().name() + "-[a-z0-9]{5}");
            assertThat(pod.metadata().labels())
                    .isEqualTo(Map.of("app", "clock", "pod-template-hash", set.podTemplateHash()));
            assertThat(pod.metadata().isControlledBy(set.metadata().uid())).isTrue();
            assertThat(pod.ready()).isTrue();
        });
        assertThat(cluster.list(Query.of(Pod.class).inNamespace(namespace)))
                .extracting(Pod::getSpec)
                .allSatisfy(spec -> {
                    assertThat(spec.getEnableServiceLinks()).isTrue();
                    assertThat(spec.getServiceAccountName()).isEqualTo("default");
                    assertThat(spec.getTolerations()).hasSize(2);
                });
    }

    @Test
    void aCompleteDeploymentSaysSo() {
        create(clock("clock", 1));
        eventuallyComplete();

        ObservedDeployment clock = observed();
        assertThat(clock.revision()).hasValue(1);
        assertThat(clock.condition("Available").orElseThrow().reason()).isEqualTo("MinimumReplicasAvailable");
        assertThat(clock.condition("Available").orElseThrow().message())
                .isEqualTo("Deployment has minimum availability.");
        assertThat(clock.condition("Progressing").orElseThrow().isTrue()).isTrue();
        assertThat(clock.condition("Progressing").orElseThrow().message())
                .isEqualTo("ReplicaSet \"" + sets().get(0).metadata().name() + "\" has successfully progressed.");
    }

    @Test
    void aRollingUpdateKeepsItsLimits() {
        Deployment clock = clock("clock", 3);
        clock.getSpec().setStrategy(oneMoreNoneFewer());
        create(clock);
        eventuallyComplete();
        List<Change> setChanges = following(ReplicaSet.class);
        List<Change> podChanges = following(Pod.class);
        setImage("page:1.1");
        eventuallyComplete();
        eventuallyToldOf(ReplicaSet.class, setChanges);
        eventuallyToldOf(Pod.class, podChanges);

        Map<String, Integer> wanted = new LinkedHashMap<>();
        for (Change change : setChanges) {
            ObservedReplicaSet set = (ObservedReplicaSet) change.object();
            wanted.put(set.metadata().name(), set.replicas());
            assertThat(wanted.values().stream().mapToInt(Integer::intValue).sum())
                    .as("%s", wanted)
                    .isLessThanOrEqualTo(4);
        }
        assertThat(wanted.values()).containsExactly(0, 3);
        Map<String, ObservedPod> live = new LinkedHashMap<>();
        for (Change change : podChanges) {
            ObservedPod pod = (ObservedPod) change.object();
            live.put(pod.metadata().name(), pod);
            live.values().removeIf(known -> !known.live());
            if (change.type() == Change.Type.DELETED) {
                live.remove(pod.metadata().name());
            }
            if (live.size() >= 3) {
                assertThat(live.values().stream().filter(ObservedPod::ready).count())
                        .as("ready pods when %s", change)
                        .isGreaterThanOrEqualTo(3);
            }
        }
        assertThat(live).hasSize(3);
    }

    @Test
    void oldPodsThatAreNotAvailableAreTakenAwayBeforeThoseThatAre() {
        create(clock("clock", 3));
        eventuallyComplete();
        setImage("page:missing");
        eventually(
                "the second ReplicaSet to have its pod",
                () -> sets().size() == 2 && sets().get(1).statusReplicas() == 1);
        List<Change> changes = following(ReplicaSet.class);
        Map<String, Integer> wanted = new LinkedHashMap<>();
        List<String> names = sets().stream().map(set -> set.metadata().name()).toList();
        cluster.patch(
                Deployment.class,
                namespace,
                "clock",
                Patch.strategicMerge(
                        "{\"spec\": {\"strategy\": {\"rollingUpdate\": {\"maxSurge\": 1, \"maxUnavailable\": 1}},"
                                + " \"template\": {\"spec\": {\"containers\": [{\"name\": \"web\", \"image\": \"page:1.1\"}]}}}}"),
                DEFAULTS);
        eventuallyComplete();
        eventuallyToldOf(ReplicaSet.class, changes);

        List<String> ways = new ArrayList<>();
        for (Change change : changes) {
            ObservedReplicaSet set = (ObservedReplicaSet) change.object();
            wanted.put(set.metadata().name(), set.replicas());
            String way = wanted.getOrDefault(names.get(0), 0) + "/" + wanted.getOrDefault(names.get(1), 0);
            if (wanted.keySet().containsAll(names) && !ways.contains(way)) {
                ways.add(way);
            }
        }
        assertThat(ways).startsWith("3/1", "3/0", "2/0");
    }

    @Test
    void everyTemplateGetsTheNextRevision() {
        create(clock("clock", 1));
        eventuallyComplete();
        setImage("page:1.1");
        eventuallyComplete();

        assertThat(observed().revision()).hasValue(2);
        assertThat(sets()).extracting(set -> set.revision().orElse(0)).containsExactly(1L, 2L);
        assertThat(sets()).extracting(ObservedReplicaSet::replicas).containsExactly(0, 1);
    }

    @Test
    void undoTakesTheOldReplicaSetUnderANewRevision() {
        create(clock("clock", 1));
        eventuallyComplete();
        ObservedReplicaSet first = sets().get(0);
        setImage("page:1.1");
        eventuallyComplete();
        RolloutActions.on(cluster).undo(ref());
        eventuallyComplete();

        assertThat(observed().revision()).hasValue(3);
        assertThat(sets()).hasSize(2);
        ObservedReplicaSet again = sets().get(1);
        assertThat(again.metadata().uid()).isEqualTo(first.metadata().uid());
        assertThat(again.revision()).hasValue(3);
        assertThat(again.replicas()).isEqualTo(1);
        assertThat(again.metadata().annotations()).containsEntry("deployment.kubernetes.io/revision-history", "1");
    }

    @Test
    void oldReplicaSetsAreKeptAsManyAsWanted() {
        Deployment clock = clock("clock", 0);
        clock.getSpec().setRevisionHistoryLimit(1);
        create(clock);
        for (String image : List.of("page:1.1", "page:1.2", "page:1.0")) {
            eventuallyComplete();
            setImage(image);
        }
        eventuallyComplete();

        // The first template again is the first ReplicaSet again, if it is still there.
        eventually("one old ReplicaSet", () -> sets().size() == 2, this::sets);
        assertThat(observed().revision()).hasValue(4);
    }

    @Test
    void recreateNeverOverlaps() {
        Deployment clock = clock("clock", 2);
        clock.getSpec()
                .setStrategy(
                        new DeploymentStrategyBuilder().withType("Recreate").build());
        create(clock);
        eventuallyComplete();
        String old = sets().get(0).podTemplateHash();
        List<Change> podChanges = following(Pod.class);
        setImage("page:1.1");
        eventuallyComplete();
        eventuallyToldOf(Pod.class, podChanges);

        Map<String, ObservedPod> present = new LinkedHashMap<>();
        int newPods = 0;
        for (Change change : podChanges) {
            ObservedPod pod = (ObservedPod) change.object();
            if (change.type() == Change.Type.DELETED || pod.ended()) {
                present.remove(pod.metadata().name());
            } else {
                present.put(pod.metadata().name(), pod);
            }
            if (change.type() == Change.Type.ADDED && !pod.podTemplateHash().equals(old)) {
                newPods++;
                assertThat(present.values())
                        .as("old pods when %s", change)
                        .noneMatch(known -> known.podTemplateHash().equals(old));
            }
        }
        assertThat(newPods).isEqualTo(2);
    }

    @Test
    void aPausedDeploymentRollsNothingOut() {
        create(clock("clock", 1));
        eventuallyComplete();
        RolloutActions.on(cluster).pause(ref());
        setImage("page:1.1");
        eventually("the change to be observed", () -> observed().observedGeneration() == 3);
        pass(Duration.ofSeconds(1));

        assertThat(sets()).hasSize(1);
        assertThat(observed().updatedReplicas()).as("of the new template").isZero();
        assertThat(observed().condition("Progressing").orElseThrow().reason()).isEqualTo("DeploymentPaused");
        cluster.scale(Deployment.class, namespace, "clock", 2, DEFAULTS);
        eventually("the old ReplicaSet to be scaled", () -> sets().get(0).availableReplicas() == 2);

        RolloutActions.on(cluster).resume(ref());
        eventuallyComplete();
        assertThat(observed().revision()).hasValue(2);
    }

    @Test
    void whatIsScaledIsTheReplicaSetOfToday() {
        create(clock("clock", 1));
        eventuallyComplete();
        cluster.scale(Deployment.class, namespace, "clock", 2, DEFAULTS);
        eventuallyComplete();
        assertThat(pods()).hasSize(2);
        cluster.scale(Deployment.class, namespace, "clock", 0, DEFAULTS);
        eventually("all pods to go", () -> pods().isEmpty());

        eventuallyComplete();
        assertThat(sets()).hasSize(1);
        assertThat(sets().get(0).metadata().annotations())
                .containsEntry("deployment.kubernetes.io/desired-replicas", "0");
        assertThat(observed().revision()).hasValue(1);
    }

    @Test
    void aRolloutThatDoesNotComeOnSaysSo() {
        Deployment clock = clock("clock", 1);
        clock.getSpec().setProgressDeadlineSeconds(4);
        create(clock);
        eventuallyComplete();
        setImage("page:never");
        eventually(
                "the deadline",
                () -> observed().condition("Progressing").orElseThrow().reason().equals("ProgressDeadlineExceeded"),
                this::observed);

        ObservedDeployment stuck = observed();
        assertThat(stuck.condition("Progressing").orElseThrow().isTrue()).isFalse();
        assertThat(stuck.condition("Progressing").orElseThrow().message())
                .isEqualTo("ReplicaSet \"" + sets().get(1).metadata().name() + "\" has timed out progressing.");
        assertThat(stuck.condition("Available").orElseThrow().isTrue())
                .as("the old pod still serves")
                .isTrue();
        assertThat(stuck.updatedReplicas()).isEqualTo(1);
        assertThat(stuck.unavailableReplicas()).isEqualTo(1);
        RolloutActions.on(cluster).undo(ref());
        eventuallyComplete();
    }

    @Test
    void tooFewAvailablePodsAreSaid() {
        Deployment clock = clock("clock", 1);
        clock.getSpec().getTemplate().getSpec().setNodeSelector(Map.of("no-such", "node"));
        create(clock);
        eventually("a condition", () -> observed().condition("Available").isPresent());
        eventually("a pod", () -> pods().size() == 1);

        assertThat(observed().condition("Available").orElseThrow().isTrue()).isFalse();
        assertThat(observed().condition("Available").orElseThrow().reason()).isEqualTo("MinimumReplicasUnavailable");
        assertThat(observed().condition("Available").orElseThrow().message())
                .isEqualTo("Deployment does not have minimum availability.");
        eventually(
                "progress to be told",
                () -> observed().condition("Progressing").orElseThrow().reason().equals("ReplicaSetUpdated"),
                this::observed);
        assertThat(observed().condition("Progressing").orElseThrow().message())
                .isEqualTo("ReplicaSet \"" + sets().get(0).metadata().name() + "\" is progressing.");
    }

    @Test
    void whatIsReadyIsAvailableLater() {
        Deployment clock = clock("clock", 1);
        clock.getSpec().setMinReadySeconds(3);
        List<Change> changes = following(Deployment.class);
        create(clock);
        eventuallyComplete();
        eventuallyToldOf(Deployment.class, changes);
        assertThat(changes)
                .map(change -> (ObservedDeployment) change.object())
                .as("ready, and not yet available")
                .anyMatch(seen -> seen.readyReplicas() == 1 && seen.availableReplicas() == 0);
    }

    @Test
    void aPodThatGoesIsReplaced() {
        create(clock("clock", 1));
        eventuallyComplete();
        ObservedPod first = pods().get(0);
        cluster.delete(Pod.class, namespace, first.metadata().name(), DELETE);

        eventually(
                "another pod to be ready",
                () -> pods().stream()
                        .anyMatch(pod ->
                                !pod.metadata().uid().equals(first.metadata().uid()) && pod.ready()));
        eventually("the first to go", () -> gone(Pod.class, first.metadata().name()));
        eventuallyComplete();
    }

    @Test
    void aPodWithAnotherLabelIsLetGo() {
        create(clock("clock", 1));
        eventuallyComplete();
        ObservedPod first = pods().get(0);
        cluster.patch(
                Pod.class,
                namespace,
                first.metadata().name(),
                Patch.merge("{\"metadata\": {\"labels\": {\"app\": \"debug\"}}}"),
                DEFAULTS);

        eventually(
                "another pod to be ready",
                () -> pods().stream()
                        .anyMatch(pod ->
                                !pod.metadata().uid().equals(first.metadata().uid()) && pod.ready()));
        eventually(
                "the first to be nobody's",
                () -> Observed.from(stored(Pod.class, first.metadata().name()))
                        .metadata()
                        .owners()
                        .isEmpty());
        assertThat(stored(Pod.class, first.metadata().name()).getMetadata().getDeletionTimestamp())
                .isNull();
    }

    @Test
    void eventsTellTheStory() {
        create(clock("clock", 1));
        eventuallyComplete();
        String first = sets().get(0).metadata().name();
        String pod = pods().get(0).metadata().name();
        setImage("page:1.1");
        eventuallyComplete();
        eventually("the first pod to go", () -> gone(Pod.class, pod));
        String second = sets().get(1).metadata().name();
        eventually(
                "all events",
                () -> !messages("clock", "ScalingReplicaSet").isEmpty()
                        && messages("clock", "ScalingReplicaSet").size() >= 3
                        && !messages(pod, "Killing").isEmpty());

        assertThat(messages("clock", "ScalingReplicaSet"))
                .containsExactlyInAnyOrder(
                        "Scaled up replica set " + first + " from 0 to 1",
                        "Scaled up replica set " + second + " from 0 to 1",
                        "Scaled down replica set " + first + " from 1 to 0");
        assertThat(messages(first, "SuccessfulCreate")).containsExactly("Created pod: " + pod);
        assertThat(messages(first, "SuccessfulDelete")).containsExactly("Deleted pod: " + pod);
        assertThat(messages(pod, "Scheduled"))
                .singleElement()
                .asString()
                .startsWith("Successfully assigned " + namespace + "/" + pod + " to ");
        assertThat(messages(pod, "Pulled"))
                .singleElement()
                .asString()
                .startsWith("Container image \"page:1.0\" already present on machine");
        assertThat(messages(pod, "Created")).hasSize(1);
        assertThat(messages(pod, "Started")).hasSize(1);
        assertThat(messages(pod, "Killing")).containsExactly("Stopping container web");
    }

    private List<String> messages(String name, String reason) {
        List<String> messages = new ArrayList<>();
        for (Event event :
                cluster.list(Query.of(Event.class).inNamespace(namespace).withFields("involvedObject.name=" + name))) {
            if (event.getReason().equals(reason)) {
                messages.add(event.getMessage());
            }
        }
        return messages;
    }
}
