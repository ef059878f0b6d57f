// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.ObservedContainer.Role;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ObservedTest {
    private static <T> T read(Class<T> type, String json) {
        return Models.fromTree(Models.parseJson(json), type);
    }

    @Test
    void whatADeploymentLeavesOutHasKubernetesDefaults() {
        ObservedDeployment d = Observed.from(new Deployment());

        assertThat(d.replicas()).isEqualTo(1);
        assertThat(d.strategy()).isEqualTo(new ObservedDeployment.UpdateStrategy("RollingUpdate", "25%", "25%"));
        assertThat(d.progressDeadlineSeconds()).hasValue(600);
        assertThat(d.minReadySeconds()).isZero();
        assertThat(d.paused()).isFalse();
        assertThat(d.observedGeneration()).isZero();
        assertThat(d.conditions()).isEmpty();
        assertThat(d.revision()).isEmpty();
        assertThat(d.metadata().ref()).isEqualTo(new ObjectRef("Deployment", "", ""));
    }

    @Test
    void theLargestIntegerAsDeadlineMeansNone() {
        ObservedDeployment d =
                Observed.from(read(Deployment.class, "{\"spec\":{\"progressDeadlineSeconds\":2147483647}}"));
        assertThat(d.progressDeadlineSeconds()).isEmpty();
    }

    @Test
    void recreateHasNoSurge() {
        ObservedDeployment d =
                Observed.from(read(Deployment.class, "{\"spec\":{\"strategy\":{\"type\":\"Recreate\"}}}"));
        assertThat(d.strategy().isRecreate()).isTrue();
        assertThat(d.strategy().maxSurge()).isEmpty();
    }

    @Test
    void surgeIsANumberOrAPercentage() {
        ObservedDeployment d = Observed.from(read(Deployment.class, """
                {"spec":{"strategy":{"rollingUpdate":{"maxSurge":"40%","maxUnavailable":2}}}}"""));
        assertThat(d.strategy().maxSurge()).isEqualTo("40%");
        assertThat(d.strategy().maxUnavailable()).isEqualTo("2");
    }

    @Test
    void revisionsMayBeAsLargeAsALong() {
        String json = "{\"metadata\":{\"annotations\":{\"deployment.kubernetes.io/revision\":\"%s\"}}}";
        assertThat(Observed.from(read(ReplicaSet.class, json.formatted("3546343826724305832")))
                        .revision())
                .isEqualTo(OptionalLong.of(3546343826724305832L));
        assertThat(Observed.from(read(ReplicaSet.class, json.formatted("one"))).revision())
                .as("a revision that is no number")
                .isEmpty();
    }

    @Test
    void aReplicaSetCountsTerminatingPodsOnlyWhereTheClusterDoes() {
        assertThat(Observed.from(read(ReplicaSet.class, "{\"status\":{\"terminatingReplicas\":0}}"))
                        .terminatingReplicas())
                .isEqualTo(OptionalInt.of(0));
        assertThat(Observed.from(read(ReplicaSet.class, "{\"status\":{}}")).terminatingReplicas())
                .isEmpty();
    }

    @Test
    void templatesAreEqualWhateverTheirHashLabelSays() {
        String json = "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"app\":\"clock\"%s}},"
                + "\"spec\":{\"containers\":[{\"name\":\"clock\",\"image\":\"%s\"}]}}}}";
        PodTemplate plain = Observed.from(read(Deployment.class, json.formatted("", "clock:1.0")))
                .template();
        PodTemplate hashed = Observed.from(
                        read(ReplicaSet.class, json.formatted(",\"pod-template-hash\":\"abc\"", "clock:1.0")))
                .template();
        PodTemplate other = Observed.from(read(Deployment.class, json.formatted("", "clock:1.1")))
                .template();

        assertThat(hashed).isEqualTo(plain).hasSameHashCodeAs(plain);
        assertThat(other).isNotEqualTo(plain);
        assertThat(plain.images()).containsExactly("clock:1.0");
        assertThat(plain.containerNames()).containsExactly("clock");
        assertThat(plain.command("clock")).isEmpty();
    }

    @Test
    void aPodThatIsGoingMaySayReadyAndIsNotLive() {
        ObservedPod pod = Observed.from(read(Pod.class, """
                {"metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:00:30Z","labels":{"pod-template-hash":"h"}},
                 "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"""));
        assertThat(pod.ready()).isTrue();
        assertThat(pod.live()).isFalse();
        assertThat(pod.podTemplateHash()).isEqualTo("h");
        assertThat(pod.metadata().deletionTimestamp()).hasValue(Instant.parse("2026-01-01T00:00:30Z"));
    }

    @Test
    void aPodWithoutStatusIsPendingAndItsContainersWait() {
        ObservedPod pod = Observed.from(read(Pod.class, """
                {"spec":{"initContainers":[{"name":"prepare"},{"name":"proxy","restartPolicy":"Always"}],
                 "containers":[{"name":"clock","image":"clock:1.0","command":["sh"],"args":["-c","false"]}]}}"""));
        assertThat(pod.phase()).isEqualTo("Pending");
        assertThat(pod.initContainers()).extracting(ObservedContainer::role).containsExactly(Role.INIT, Role.SIDECAR);
        ObservedContainer clock = pod.containers().get(0);
        assertThat(clock.state()).isEqualTo(new State.Waiting("", ""));
        assertThat(clock.command()).containsExactly("sh", "-c", "false");
        assertThat(clock.role()).isEqualTo(Role.MAIN);
    }

    @Test
    void aCrashedContainerShowsHowItsLastRunEnded() {
        ObservedPod pod = Observed.from(read(Pod.class, """
                {"spec":{"containers":[{"name":"clock"}]},"status":{"containerStatuses":[{"name":"clock","restartCount":2,
                 "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 10s"}},
                 "lastState":{"terminated":{"exitCode":1,"reason":"Error"}}}]}}"""));
        ObservedContainer clock = pod.containers().get(0);
        assertThat(clock.state()).isEqualTo(new State.Waiting("CrashLoopBackOff", "back-off 10s"));
        assertThat(clock.restartCount()).isEqualTo(2);
        assertThat(clock.lastTermination())
                .hasValueSatisfying(last -> assertThat(last.exitCode()).isEqualTo(1));
    }

    @Test
    void anEndpointThatSaysNothingIsReadyAndServing() {
        ObservedEndpointSlice slice = Observed.from(read(EndpointSlice.class, """
                {"metadata":{"labels":{"kubernetes.io/service-name":"clock"}},"endpoints":[{"addresses":["10.0.0.1"]},
                 {"addresses":["10.0.0.2"],"conditions":{"ready":false,"serving":true,"terminating":true},
                  "targetRef":{"kind":"Pod","name":"p","uid":"u"}}]}"""));
        assertThat(slice.serviceName()).isEqualTo("clock");
        assertThat(slice.endpoints().get(0).ready()).isTrue();
        assertThat(slice.endpoints().get(0).serving()).isTrue();
        assertThat(slice.endpoints().get(0).podName()).isEmpty();
        assertThat(slice.endpoints().get(1))
                .isEqualTo(new ObservedEndpointSlice.Endpoint("p", "u", List.of("10.0.0.2"), false, true, true));
    }

    @Test
    void bothTimeFormatsOfEventsAreRead() {
        assertThat(Observed.from(read(Event.class, "{\"lastTimestamp\":\"2026-01-01T00:00:00Z\",\"count\":3}")))
                .satisfies(event -> {
                    assertThat(event.lastSeen()).hasValue(Instant.parse("2026-01-01T00:00:00Z"));
                    assertThat(event.count()).isEqualTo(3);
                });
        assertThat(
                        Observed.from(
                                read(
                                        Event.class,
                                        "{\"eventTime\":\"2026-01-01T00:00:00.000001Z\",\"series\":{\"count\":5},\"type\":\"Warning\"}")))
                .satisfies(event -> {
                    assertThat(event.lastSeen()).hasValue(Instant.parse("2026-01-01T00:00:00.000001Z"));
                    assertThat(event.count()).isEqualTo(5);
                    assertThat(event.isWarning()).isTrue();
                });
    }

    @Test
    void selectorsAreWrittenAsKubernetesWritesThem() {
        ObservedReplicaSet set = Observed.from(read(ReplicaSet.class, """
                {"spec":{"selector":{"matchLabels":{"b":"2","a":"1"},"matchExpressions":[
                 {"key":"track","operator":"NotIn","values":["canary","old"]},{"key":"x","operator":"Exists"},
                 {"key":"y","operator":"DoesNotExist"},{"key":"z","operator":"In","values":["1"]}]}}}"""));
        assertThat(set.labelSelector()).isEqualTo("a=1,b=2,track notin (canary,old),x,!y,z in (1)");
    }

    @Test
    void anEmptyStatefulSetGetsKubernetesDefaults() {
        ObservedStatefulSet set = Observed.from(read(StatefulSet.class, "{}"));
        assertThat(set.replicas()).isEqualTo(1);
        assertThat(set.updateStrategy()).isEqualTo(new ObservedStatefulSet.UpdateStrategy("RollingUpdate", 0));
        assertThat(set.isOrdered()).isTrue();
        assertThat(set.startOrdinal()).isZero();
        assertThat(set.updateRevision()).isEmpty();
        assertThat(set.paused()).isFalse();
    }

    @Test
    void aStatefulSetIsReadWhole() {
        ObservedStatefulSet set = Observed.from(read(StatefulSet.class, """
                {"spec":{"replicas":5,"podManagementPolicy":"Parallel","minReadySeconds":7,"ordinals":{"start":3},
                 "updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":2}}},
                 "status":{"observedGeneration":4,"replicas":5,"readyReplicas":4,"availableReplicas":3,"currentReplicas":2,
                 "updatedReplicas":1,"currentRevision":"web-1","updateRevision":"web-2",
                 "conditions":[{"type":"Progressing","status":"True","reason":"R","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"""));
        assertThat(set.replicas()).isEqualTo(5);
        assertThat(set.updateStrategy().partition()).isEqualTo(2);
        assertThat(set.updateStrategy().isOnDelete()).isFalse();
        assertThat(set.isOrdered()).isFalse();
        assertThat(set.startOrdinal()).isEqualTo(3);
        assertThat(set.minReadySeconds()).isEqualTo(7);
        assertThat(List.of(
                        set.statusReplicas(),
                        set.readyReplicas(),
                        set.availableReplicas(),
                        set.currentReplicas(),
                        set.updatedReplicas()))
                .containsExactly(5, 4, 3, 2, 1);
        assertThat(set.currentRevision() + " " + set.updateRevision()).isEqualTo("web-1 web-2");
        assertThat(set.condition("Progressing"))
                .hasValueSatisfying(condition ->
                        assertThat(condition.lastTransitionTime()).hasValue(Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void anEmptyDaemonSetGetsKubernetesDefaults() {
        ObservedDaemonSet set = Observed.from(read(DaemonSet.class, "{}"));
        assertThat(set.updateStrategy()).isEqualTo(new ObservedDaemonSet.UpdateStrategy("RollingUpdate", "0", "1"));
        assertThat(set.templateGeneration()).isEmpty();
        assertThat(set.desiredNumberScheduled()).isZero();
    }

    @Test
    void aDaemonSetIsReadWhole() {
        ObservedDaemonSet set = Observed.from(read(DaemonSet.class, """
                {"metadata":{"annotations":{"deprecated.daemonset.template.generation":"3"}},
                 "spec":{"minReadySeconds":7,"updateStrategy":{"type":"RollingUpdate",
                 "rollingUpdate":{"maxSurge":"20%","maxUnavailable":0}}},
                 "status":{"observedGeneration":4,"desiredNumberScheduled":7,"currentNumberScheduled":6,"numberMisscheduled":5,
                 "updatedNumberScheduled":4,"numberReady":3,"numberAvailable":2,
                 "conditions":[{"type":"T","status":"True"}]}}"""));
        assertThat(set.templateGeneration()).isEqualTo("3");
        assertThat(set.updateStrategy()).isEqualTo(new ObservedDaemonSet.UpdateStrategy("RollingUpdate", "20%", "0"));
        assertThat(List.of(
                        set.desiredNumberScheduled(),
                        set.currentNumberScheduled(),
                        set.numberMisscheduled(),
                        set.updatedNumberScheduled(),
                        set.numberReady(),
                        set.numberAvailable()))
                .containsExactly(7, 6, 5, 4, 3, 2);
        assertThat(set.condition("T")).isPresent();
        assertThat(Observed.from(read(DaemonSet.class, "{\"spec\":{\"updateStrategy\":{\"type\":\"OnDelete\"}}}"))
                        .updateStrategy()
                        .isOnDelete())
                .isTrue();
    }

    @Test
    void everyKindHasARecord() {
        assertThat(Observed.from((io.fabric8.kubernetes.api.model.HasMetadata)
                        read(Service.class, "{\"spec\":{\"selector\":{\"app\":\"clock\"}}}")))
                .isInstanceOfSatisfying(
                        ObservedService.class,
                        service -> assertThat(service.selector()).isEqualTo(Map.of("app", "clock")));
        assertThat(Observed.from((io.fabric8.kubernetes.api.model.HasMetadata)
                        read(ConfigMap.class, "{\"metadata\":{\"name\":\"c\",\"namespace\":\"n\"}}")))
                .isInstanceOfSatisfying(
                        ObservedOther.class,
                        other -> assertThat(other.ref()).isEqualTo(new ObjectRef("ConfigMap", "n", "c")));
    }

    @Test
    void ownersAreKeptAndTheControllerIsFound() {
        ObservedMetadata metadata = Observed.metadata(read(Pod.class, """
                {"metadata":{"ownerReferences":[{"kind":"A","name":"a","uid":"1"},
                 {"kind":"ReplicaSet","name":"r","uid":"2","controller":true}]}}"""));
        assertThat(metadata.isControlledBy("2")).isTrue();
        assertThat(metadata.isControlledBy("1")).isFalse();
        assertThat(metadata.controller())
                .hasValueSatisfying(owner -> assertThat(owner.name()).isEqualTo("r"));
    }
}
