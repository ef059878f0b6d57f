// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the API and the controller of StatefulSets promise: the pods' order and names, their revisions, and what is said of it. */
abstract class StatefulSetsContract extends Contract {
    private StatefulSet set(String spec) {
        return Yaml.read(StatefulSet.class, """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web, namespace: %s}
                spec: {%s}
                """.formatted(namespace, spec));
    }

    private StatefulSet web(int replicas, String more) {
        return set(template("web", "page:1.0") + ", serviceName: web, replicas: " + replicas + more);
    }

    private StatefulSetStatus status() {
        return stored(StatefulSet.class, "web").getStatus();
    }

    private void eventuallyComplete(int replicas) {
        eventually(
                replicas + " updated pods to be available",
                () -> {
                    StatefulSet web = stored(StatefulSet.class, "web");
                    StatefulSetStatus status = web.getStatus();
                    return Objects.equals(
                                    status.getObservedGeneration(),
                                    web.getMetadata().getGeneration())
                            && zero(status.getReplicas()) == replicas
                            && zero(status.getAvailableReplicas()) == replicas
                            && zero(status.getUpdatedReplicas()) == replicas
                            && status.getCurrentRevision().equals(status.getUpdateRevision());
                },
                this::status);
    }

    private List<Pod> pods() {
        return cluster.list(Query.of(Pod.class).inNamespace(namespace)).stream()
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
    }

    private List<String> podNames() {
        return pods().stream().map(pod -> pod.getMetadata().getName()).toList();
    }

    private static String image(Pod pod) {
        return pod.getSpec().getContainers().get(0).getImage();
    }

    private List<String> images() {
        return pods().stream().map(StatefulSetsContract::image).toList();
    }

    private List<ControllerRevision> revisions() {
        return cluster.list(Query.of(ControllerRevision.class).inNamespace(namespace)).stream()
                .sorted(Comparator.comparing(ControllerRevision::getRevision))
                .toList();
    }

    private void patch(String spec) {
        cluster.patch(StatefulSet.class, namespace, "web", Patch.merge("{\"spec\":" + spec + "}"), DEFAULTS);
    }

    private void setImage(String image) {
        cluster.patch(
                StatefulSet.class,
                namespace,
                "web",
                Patch.strategicMerge("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\""
                        + image + "\"}]}}}}"),
                DEFAULTS);
    }

    /** The pods that came, in the order in which they came. */
    private static List<String> came(List<Change> changes) {
        List<String> names = new ArrayList<>();
        for (Change change : changes) {
            if (change.type() == Change.Type.ADDED) {
                names.add(change.object().metadata().name());
            }
        }
        return names;
    }

    @Test
    void podsHaveNamesAndAreMadeOneAfterTheOther() {
        List<Change> changes = following(Pod.class);
        StatefulSet created = create(web(3, ""));
        assertThat(created.getSpec().getPodManagementPolicy()).isEqualTo("OrderedReady");
        assertThat(created.getSpec().getUpdateStrategy().getRollingUpdate().getPartition())
                .isZero();
        assertThat(created.getStatus().getReplicas()).isZero();
        eventuallyComplete(3);
        eventuallyToldOf(Pod.class, changes);

        assertThat(came(changes)).containsExactly("web-0", "web-1", "web-2");
        Set<String> ready = new TreeSet<>();
        for (Change change : changes) {
            ObservedPod pod = (ObservedPod) change.object();
            String name = pod.metadata().name();
            if (change.type() == Change.Type.ADDED && !name.equals("web-0")) {
                int before = Integer.parseInt(name.substring(4)) - 1;
                assertThat(ready).as("ready before " + name).contains("web-" + before);
            }
            if (pod.ready()) {
                ready.add(name);
            }
        }
        Pod second = pods().get(1);
        String revision = status().getCurrentRevision();
        assertThat(second.getMetadata().getLabels())
                .isEqualTo(Map.of(
                        "app", "web",
                        "apps.kubernetes.io/pod-index", "1",
                        "controller-revision-hash", revision,
                        "statefulset.kubernetes.io/pod-name", "web-1"));
        assertThat(second.getMetadata().getGenerateName()).isEqualTo("web-");
        assertThat(second.getSpec().getHostname()).isEqualTo("web-1");
        assertThat(second.getSpec().getSubdomain()).isEqualTo("web");
        assertThat(second.getMetadata().getOwnerReferences().get(0).getUid())
                .isEqualTo(created.getMetadata().getUid());
        eventuallyHasEvents(
                "StatefulSet",
                "Normal SuccessfulCreate: Create Pod web-0 in StatefulSet web successful",
                "Normal SuccessfulCreate: Create Pod web-2 in StatefulSet web successful");
    }

    @Test
    void aRevisionKeepsTheTemplateAndIsNamedByItsHash() {
        StatefulSet created = create(web(1, ""));
        eventuallyComplete(1);
        ControllerRevision revision = revisions().get(0);
        // The same on every cluster: the hash is of the template alone.
        assertThat(revision.getMetadata().getName()).isEqualTo("web-db7687d8c");
        assertThat(revision.getMetadata().getLabels())
                .isEqualTo(Map.of(
                        "app",
                        "web",
                        "controller.kubernetes.io/hash",
                        revision.getMetadata().getName().substring(4)));
        assertThat(revision.getRevision()).isEqualTo(1);
        assertThat(revision.getMetadata().getOwnerReferences().get(0).getUid())
                .isEqualTo(created.getMetadata().getUid());
        assertThat(dev.rollproof.k8s.fabric8.Models.toTree(revision).get("data").toString())
                .contains("$patch=replace", "image=page:1.0");
        StatefulSetStatus status = status();
        assertThat(status.getCollisionCount()).isZero();
        assertThat(List.of(
                        status.getReplicas(),
                        status.getReadyReplicas(),
                        status.getCurrentReplicas(),
                        status.getUpdatedReplicas(),
                        status.getAvailableReplicas()))
                .containsOnly(1);
    }

    @Test
    void theServiceThatTheSetNamesListsItsPodsByName() {
        create(Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: %s}
                spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
                """.formatted(namespace)));
        create(web(2, ""));
        eventuallyComplete(2);
        eventually(
                "both pods to be listed",
                () -> cluster.list(Query.of(EndpointSlice.class).inNamespace(namespace)).stream()
                        .flatMap(slice -> slice.getEndpoints().stream())
                        .map(Endpoint::getHostname)
                        .sorted(Comparator.nullsFirst(Comparator.naturalOrder()))
                        .toList()
                        .equals(List.of("web-0", "web-1")));
    }

    @Test
    void anUpdateGoesFromTheHighestDownAndWaitsForEach() {
        create(web(3, ""));
        eventuallyComplete(3);
        List<Change> changes = following(Pod.class);
        setImage("page:1.1");
        eventuallyComplete(3);
        assertThat(images()).containsOnly("page:1.1");
        eventuallyToldOf(Pod.class, changes);
        List<String> again = came(changes);
        assertThat(again.subList(again.size() - 3, again.size())).containsExactly("web-2", "web-1", "web-0");
        assertThat(revisions()).extracting(ControllerRevision::getRevision).containsExactly(1L, 2L);
        assertThat(status().getCurrentRevision())
                .isEqualTo(revisions().get(1).getMetadata().getName());
        eventuallyHasEvents("StatefulSet", "Normal SuccessfulDelete: Delete Pod web-1 in StatefulSet web successful");
    }

    @Test
    void aPartitionKeepsThePodsBelowItAsTheyWere() {
        create(web(3, ", updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}"));
        eventuallyComplete(3);
        setImage("page:1.1");
        eventually(
                "one pod to be updated",
                () -> zero(status().getUpdatedReplicas()) == 1 && zero(status().getAvailableReplicas()) == 3);
        assertThat(images()).containsExactly("page:1.0", "page:1.0", "page:1.1");
        assertThat(status().getCurrentReplicas()).isEqualTo(2);
        // What is below the partition comes back as it was.
        cluster.delete(Pod.class, namespace, "web-0", DELETE);
        eventually(
                "the pod to be replaced",
                () -> zero(status().getAvailableReplicas()) == 3
                        && pods().size() == 3
                        && pods().get(0).getMetadata().getDeletionTimestamp() == null);
        assertThat(images()).containsExactly("page:1.0", "page:1.0", "page:1.1");
        patch("{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}");
        eventuallyComplete(3);
        assertThat(images()).containsOnly("page:1.1");
    }

    @Test
    void withOnDeleteAPodIsReplacedWhenSomebodyDeletesIt() {
        create(web(2, ", updateStrategy: {type: OnDelete}"));
        eventuallyComplete(2);
        setImage("page:1.1");
        eventually("the update to be seen", () -> {
            StatefulSetStatus status = status();
            return !status.getUpdateRevision().equals(status.getCurrentRevision());
        });
        cluster.delete(Pod.class, namespace, "web-0", DELETE);
        eventually(
                "web-0 to be updated",
                () -> zero(status().getUpdatedReplicas()) == 1 && zero(status().getAvailableReplicas()) == 2);
        assertThat(images()).containsExactly("page:1.1", "page:1.0");
    }

    @Test
    void scalingDownTakesTheHighestAndOrdinalsMayStartHigher() {
        create(web(3, ", ordinals: {start: 5}"));
        eventuallyComplete(3);
        assertThat(podNames()).containsExactly("web-5", "web-6", "web-7");
        cluster.scale(StatefulSet.class, namespace, "web", 1, DEFAULTS);
        eventually("two pods to go", () -> podNames().equals(List.of("web-5")));
        eventuallyComplete(1);
        eventuallyHasEvents(
                "StatefulSet",
                "Normal SuccessfulDelete: Delete Pod web-7 in StatefulSet web successful",
                "Normal SuccessfulDelete: Delete Pod web-6 in StatefulSet web successful");
    }

    @Test
    void inParallelNobodyWaitsForAnybody() {
        StatefulSet never = set("""
                selector: {matchLabels: {app: web}}, podManagementPolicy: Parallel, replicas: 3,
                template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1,
                  readinessGates: [{conditionType: example.com/open}], containers: [{name: web, image: "page:1.0"}]}}
                """);
        create(never);
        eventually("three pods that are not ready", () -> podNames().equals(List.of("web-0", "web-1", "web-2")));
        eventually("three pods to be counted", () -> zero(status().getReplicas()) == 3);
        assertThat(zero(status().getReadyReplicas())).isZero();
        cluster.scale(StatefulSet.class, namespace, "web", 0, DEFAULTS);
        eventually("all to go", () -> pods().isEmpty());
    }

    @Test
    void inOrderTheFirstThatIsNotReadyHoldsUpTheOthers() {
        StatefulSet never = set("""
                selector: {matchLabels: {app: web}}, replicas: 3,
                template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1,
                  readinessGates: [{conditionType: example.com/open}], containers: [{name: web, image: "page:1.0"}]}}
                """);
        create(never);
        eventually("the first pod", () -> zero(status().getReplicas()) == 1);
        pass(java.time.Duration.ofSeconds(3));
        assertThat(podNames()).containsExactly("web-0");
    }

    @Test
    void aBrokenRevisionHasToBeDeletedByHand() {
        create(web(2, ""));
        eventuallyComplete(2);
        setImage("page:nothing");
        eventually("web-1 to be broken", () -> images().contains("page:nothing"));
        setImage("page:1.0");
        eventually("the way back to be seen", () -> {
            StatefulSet web = stored(StatefulSet.class, "web");
            return web.getStatus()
                    .getObservedGeneration()
                    .equals(web.getMetadata().getGeneration());
        });
        pass(java.time.Duration.ofSeconds(3));
        assertThat(images()).containsExactly("page:1.0", "page:nothing");
        cluster.delete(Pod.class, namespace, "web-1", DELETE);
        eventuallyComplete(2);
        assertThat(images()).containsOnly("page:1.0");
    }

    @Test
    void whoGoesBackGetsTheOldRevisionWithANewNumber() {
        create(web(1, ", revisionHistoryLimit: 1"));
        eventuallyComplete(1);
        String first = status().getCurrentRevision();
        setImage("page:1.1");
        eventuallyComplete(1);
        setImage("page:1.0");
        eventuallyComplete(1);
        assertThat(status().getCurrentRevision()).isEqualTo(first);
        assertThat(revisions()).extracting(ControllerRevision::getRevision).containsExactly(2L, 3L);
        setImage("page:1.1");
        eventuallyComplete(1);
        patch("{\"template\":{\"metadata\":{\"annotations\":{\"note\":\"here\"}}}}");
        eventuallyComplete(1);
        eventually(
                "the history to be cut",
                () -> revisions().stream()
                        .map(ControllerRevision::getRevision)
                        .toList()
                        .equals(List.of(4L, 5L)));
    }

    @Test
    void podsAndRevisionsGoWithTheSetUnlessTheyAreOrphaned() {
        create(web(1, ""));
        eventuallyComplete(1);
        cluster.delete(
                StatefulSet.class,
                namespace,
                "web",
                DeleteOptions.defaults().withPropagation(DeleteOptions.Propagation.ORPHAN));
        eventually("the set to go", () -> gone(StatefulSet.class, "web"));
        assertThat(pods().get(0).getMetadata().getOwnerReferences()).isNullOrEmpty();
        String uid = pods().get(0).getMetadata().getUid();
        StatefulSet again = create(web(1, ""));
        eventuallyComplete(1);
        assertThat(pods().get(0).getMetadata().getUid()).isEqualTo(uid);
        assertThat(pods().get(0).getMetadata().getOwnerReferences().get(0).getUid())
                .isEqualTo(again.getMetadata().getUid());
        assertThat(revisions()).hasSize(1);
        cluster.delete(StatefulSet.class, namespace, "web", DELETE);
        eventually("all to go", () -> pods().isEmpty() && revisions().isEmpty());
    }

    private void refused(String spec, String... errors) {
        String all = errors.length == 1 ? errors[0] : "[" + String.join(", ", errors) + "]";
        assertThat(refusal(Reason.INVALID, () -> create(set(spec))))
                .hasMessage("StatefulSet.apps \"web\" is invalid: " + all);
    }

    @Test
    void aSetIsRefusedForWhatIsWrongInIt() {
        String valid = template("web", "page:1.0");
        String mismatch =
                "spec.template.metadata.labels: Invalid value: %s: `selector` does not match template `labels`";
        refused(
                "replicas: 1",
                "spec.selector: Required value",
                mismatch.formatted("null"),
                "spec.template.spec.containers: Required value");
        refused(
                valid.replace("selector: {matchLabels: {app: web}}", "selector: {matchLabels: {app: other}}"),
                mismatch.formatted("{\"app\":\"web\"}"));
        refused(
                valid.replace("selector: {matchLabels: {app: web}}", "selector: {}"),
                "spec.selector: Invalid value: {}: empty selector is invalid for statefulset");
        refused(
                valid + ", podManagementPolicy: Foo",
                "spec.podManagementPolicy: Invalid value: \"Foo\": must be 'OrderedReady' or 'Parallel'");
        refused(
                valid + ", updateStrategy: {type: Recreate}",
                "spec.updateStrategy: Invalid value: {\"Type\":\"Recreate\",\"RollingUpdate\":null}: must be 'RollingUpdate' or"
                        + " 'OnDelete'");
        refused(
                valid + ", updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}",
                "spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":1,\"MaxUnavailable\":null}: only allowed for"
                        + " updateStrategy 'RollingUpdate'");
        refused(
                valid + ", updateStrategy: {rollingUpdate: {partition: -1}}",
                "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0");
        refused(
                valid
                        + ", replicas: -1, minReadySeconds: -1, ordinals: {start: -1}, persistentVolumeClaimRetentionPolicy:"
                        + " {whenDeleted: Foo}",
                "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: \"Foo\": supported values:"
                        + " \"Retain\", \"Delete\"",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0");
        refused(
                valid.replace("spec: {term", "spec: {activeDeadlineSeconds: 5, restartPolicy: Never, term"),
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported");
        StatefulSet dotted = web(0, "");
        dotted.getMetadata().setName("a.b");
        assertThat(refusal(Reason.INVALID, () -> create(dotted)))
                .hasMessage(
                        "StatefulSet.apps \"a.b\" is invalid: metadata.name: Invalid value: \"a.b\": must not contain"
                                + " dots");
    }

    @Test
    void mostOfASetCannotBeChanged() {
        create(web(0, ""));
        String name = "StatefulSet.apps \"web\" is invalid: ";
        String older =
                name + "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals',"
                        + " 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                        + " 'minReadySeconds' are forbidden";
        assertThat(refusal(Reason.INVALID, () -> patch("{\"serviceName\":\"x\"}"))
                        .getMessage())
                .isIn(older, name + "spec.serviceName: Invalid value: \"x\": field is immutable");
        assertThat(refusal(Reason.INVALID, () -> patch("{\"podManagementPolicy\":\"Parallel\"}"))
                        .getMessage())
                .isIn(older, name + "spec.podManagementPolicy: Invalid value: \"Parallel\": field is immutable");
        patch("{\"replicas\":1,\"minReadySeconds\":1,\"revisionHistoryLimit\":3}");
        eventuallyComplete(1);
    }
}
