// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pods have and say that nobody asked for: what the API server adds when they are created, and what the kubelet repeats. */
abstract class PodDetailsContract extends Contract {
    private static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final ResourceRequirements LIMITED =
            Yaml.read(ResourceRequirements.class, "{limits: {memory: 64Mi}}");

    /** The first that is told of an object of a kind, once a Deployment is made, whose containers are limited. */
    private <T extends HasMetadata> T firstOf(Class<T> kind) {
        AtomicReference<Change> first = new AtomicReference<>();
        Query<T> all = Query.of(kind).inNamespace(namespace);
        try (Observation observation = cluster.observe(all, change -> first.compareAndSet(null, change))) {
            eventually("to be in sync", observation::synced);
            Deployment clock = clock("clock", 1);
            clock.getSpec().getTemplate().getSpec().getContainers().get(0).setResources(LIMITED);
            create(clock);
            eventually("a " + kind.getSimpleName(), () -> first.get() != null);
        }
        assertThat(first.get().type()).isEqualTo(Change.Type.ADDED);
        return kind.cast(first.get().manifest());
    }

    @Test
    void whatAControllerCreatesSaysHowItIsFromTheBeginning() {
        Pod pod = firstOf(Pod.class);
        assertThat(pod.getSpec().getContainers().get(0).getResources().getRequests())
                .isEqualTo(LIMITED.getLimits());
        PodStatus status = pod.getStatus();
        assertThat(status.getPhase()).isEqualTo("Pending");
        assertThat(status.getQosClass()).isEqualTo("Burstable");
        assertThat(status.getConditions()).isEmpty();
    }

    @Test
    void aPodHasASecondToEndWhereItsTemplateSaysLessThanNone() {
        Deployment clock = clock("clock", 1);
        clock.getSpec().getTemplate().getSpec().setTerminationGracePeriodSeconds(-1L);
        create(clock);
        Query<Pod> pods = Query.of(Pod.class).inNamespace(namespace);
        eventually("a pod", () -> !cluster.list(pods).isEmpty());
        assertThat(cluster.list(pods).get(0).getSpec().getTerminationGracePeriodSeconds())
                .isEqualTo(1);
        assertThat(stored(Deployment.class, "clock")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getTerminationGracePeriodSeconds())
                .isEqualTo(-1);
    }

    @Test
    void aNewReplicaSetSaysFromTheBeginningThatItHasNoPods() {
        ReplicaSet set = firstOf(ReplicaSet.class);
        assertThat(set.getStatus().getReplicas()).isZero();
        assertThat(set.getSpec().getTemplate().getSpec().getContainers().get(0).getResources())
                .isEqualTo(LIMITED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | {} | BestEffort",
                "{limits: {cpu: 1, memory: 1Gi}} | {limits: {cpu: 1, memory: 1Gi}} | Guaranteed",
                "{limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1000m, memory: 1024Mi}} | {limits: {cpu: 1, memory: 1Gi}} | Guaranteed",
                "{limits: {cpu: 1, memory: 1Gi}} | {} | Burstable",
                "{limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}} | {limits: {cpu: 1, memory: 1Gi}} | Burstable",
                "{limits: {cpu: 1}} | {limits: {cpu: 1}} | Burstable",
                "{} | {requests: {cpu: 1m}} | Burstable",
                "{requests: {cpu: 0, memory: 0}} | {} | BestEffort",
                "{requests: {ephemeral-storage: 1Gi}} | {} | BestEffort",
            })
    void aPodsClassComesFromWhatItsContainersAskFor(String first, String second, String qosClass) {
        Pod pod = homelessPod("web");
        Container web = pod.getSpec().getContainers().get(0);
        web.setResources(Yaml.read(ResourceRequirements.class, first));
        Container init = new ContainerBuilder(web)
                .withName("init")
                .withResources(Yaml.read(ResourceRequirements.class, second))
                .build();
        pod.getSpec().setInitContainers(List.of(init));
        assertThat(create(pod).getStatus().getQosClass()).isEqualTo(qosClass);
    }

    @Test
    void aPodFindsTheTokenOfItsAccountInEachContainer() {
        Pod pod = homelessPod("web");
        Container web = pod.getSpec().getContainers().get(0);
        pod.getSpec()
                .setInitContainers(
                        List.of(new ContainerBuilder(web).withName("init").build()));
        Pod created = create(pod);

        assertThat(created.getSpec().getVolumes()).hasSize(1);
        Volume volume = created.getSpec().getVolumes().get(0);
        assertThat(volume.getName()).matches("kube-api-access-[a-z0-9]{5}");
        assertThat(volume.getProjected()).isEqualTo(Yaml.read(Volume.class, """
                projected:
                  defaultMode: 420
                  sources:
                  - serviceAccountToken: {expirationSeconds: 3607, path: token}
                  - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
                  - downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}
                """).getProjected());
        VolumeMount mount = new VolumeMount();
        mount.setName(volume.getName());
        mount.setMountPath(TOKEN_PATH);
        mount.setReadOnly(true);
        assertThat(created.getSpec().getContainers().get(0).getVolumeMounts()).containsExactly(mount);
        assertThat(created.getSpec().getInitContainers().get(0).getVolumeMounts())
                .containsExactly(mount);
    }

    @Test
    void aPodHasNoTokenWhereItOrItsAccountSaysSo() {
        ServiceAccount quiet = Yaml.read(ServiceAccount.class, """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: quiet, namespace: %s}
                automountServiceAccountToken: false
                imagePullSecrets: [{name: registry}]
                """.formatted(namespace));
        create(quiet);
        Pod ofQuietAccount = homelessPod("a");
        ofQuietAccount.getSpec().setServiceAccountName("quiet");
        Pod created = create(ofQuietAccount);
        assertThat(created.getSpec().getVolumes()).isEmpty();
        assertThat(created.getSpec().getImagePullSecrets())
                .extracting(LocalObjectReference::getName)
                .containsExactly("registry");

        Pod quietItself = homelessPod("b");
        quietItself.getSpec().setAutomountServiceAccountToken(false);
        assertThat(create(quietItself).getSpec().getVolumes()).isEmpty();

        Pod loudItself = homelessPod("c");
        loudItself.getSpec().setServiceAccountName("quiet");
        loudItself.getSpec().setAutomountServiceAccountToken(true);
        assertThat(create(loudItself).getSpec().getVolumes()).hasSize(1);
    }

    @Test
    void whatAContainerHasAtTheTokensPathStays() {
        Pod pod = homelessPod("web");
        pod.getSpec().setVolumes(List.of(Yaml.read(Volume.class, "{name: mine, emptyDir: {}}")));
        VolumeMount mine = new VolumeMount();
        mine.setName("mine");
        mine.setMountPath(TOKEN_PATH);
        pod.getSpec().getContainers().get(0).setVolumeMounts(List.of(mine));
        Pod created = create(pod);
        assertThat(created.getSpec().getVolumes()).extracting(Volume::getName).containsExactly("mine");
        assertThat(created.getSpec().getContainers().get(0).getVolumeMounts()).containsExactly(mine);
    }

    @Test
    void aPodHasThePriorityOfItsClass() {
        Pod plain = create(homelessPod("a"));
        assertThat(plain.getSpec().getPriority()).isZero();
        assertThat(plain.getSpec().getPreemptionPolicy()).isEqualTo("PreemptLowerPriority");

        Pod unknown = homelessPod("b");
        unknown.getSpec().setPriorityClassName("high");
        assertThat(refusal(Reason.FORBIDDEN, () -> create(unknown)))
                .hasMessage("pods \"b\" is forbidden: no PriorityClass with name high was found");

        Pod own = homelessPod("c");
        own.getSpec().setPriority(7);
        assertThat(refusal(Reason.FORBIDDEN, () -> create(own)))
                .hasMessage(
                        "pods \"c\" is forbidden: the integer value of priority (7) must not be provided in pod spec;"
                                + " priority admission controller computed 0 from the given PriorityClass name");
    }

    @Test
    void aRunningPodSaysWhatItGot() {
        Pod pod = pod("web");
        pod.getSpec().getContainers().get(0).setResources(LIMITED);
        create(pod);
        eventually(
                "the container to run",
                () -> !stored(Pod.class, "web")
                                .getStatus()
                                .getContainerStatuses()
                                .isEmpty()
                        && web().getState().getRunning() != null,
                () -> stored(Pod.class, "web").getStatus());

        ContainerStatus web = web();
        ResourceRequirements got =
                Yaml.read(ResourceRequirements.class, "{limits: {memory: 64Mi}, requests: {memory: 64Mi}}");
        assertThat(web.getImage()).isEqualTo("docker.io/library/page:1.0");
        assertThat(web.getResources()).isEqualTo(got);
        assertThat(web.getAllocatedResources()).isEqualTo(got.getRequests());
        assertThat(web.getVolumeMounts()).hasSize(1);
        VolumeMountStatus mount = web.getVolumeMounts().get(0);
        assertThat(mount.getName()).startsWith("kube-api-access-");
        assertThat(mount.getMountPath()).isEqualTo(TOKEN_PATH);
        assertThat(mount.getReadOnly()).isTrue();
        assertThat(mount.getRecursiveReadOnly()).isEqualTo("Disabled");

        PodStatus status = stored(Pod.class, "web").getStatus();
        boolean saysSo = minor() >= 36;
        assertThat(status.getResources()).isEqualTo(saysSo ? got : null);
        if (saysSo) {
            assertThat(status.getAllocatedResources()).isEqualTo(got.getRequests());
        } else {
            assertThat(status.getAllocatedResources()).isEmpty();
        }
    }

    private ContainerStatus web() {
        return stored(Pod.class, "web").getStatus().getContainerStatuses().get(0);
    }

    @Test
    void whoMustNotBeRootDoesNotRunAsRoot() {
        Pod pod = pod("web");
        pod.getSpec()
                .getContainers()
                .get(0)
                .setSecurityContext(Yaml.read(Container.class, "securityContext: {runAsNonRoot: true, runAsUser: 0}")
                        .getSecurityContext());
        create(pod);
        eventually(
                "the container to be refused",
                () -> !stored(Pod.class, "web")
                                .getStatus()
                                .getContainerStatuses()
                                .isEmpty()
                        && web().getState().getWaiting() != null
                        && "CreateContainerConfigError"
                                .equals(web().getState().getWaiting().getReason()),
                () -> stored(Pod.class, "web").getStatus());
        assertThat(web().getState().getWaiting().getMessage())
                .matches("container's runAsUser breaks non-root policy \\(pod: \"web_" + namespace
                        + "\\(.+\\)\", container: web\\)");
    }

    @Test
    void theLastThatIsToldOfAPodIsThatItHasNoTimeLeft() {
        List<Change> heard = new CopyOnWriteArrayList<>();
        try (Observation observation = cluster.observe(Query.of(Pod.class).inNamespace(namespace), heard::add)) {
            eventually("to be in sync", observation::synced);
            create(homelessPod("web"));
            cluster.delete(Pod.class, namespace, "web", DELETE);
            eventually(
                    "its end",
                    () -> !heard.isEmpty() && heard.get(heard.size() - 1).type() == Change.Type.DELETED);
        }
        Change before = heard.get(heard.size() - 2);
        assertThat(before.type()).isEqualTo(Change.Type.MODIFIED);
        for (Change last : List.of(before, heard.get(heard.size() - 1))) {
            Pod pod = (Pod) last.manifest();
            assertThat(pod.getMetadata().getDeletionGracePeriodSeconds()).isZero();
            assertThat(pod.getMetadata().getDeletionTimestamp()).isNotEmpty();
            assertThat(pod.getMetadata().getGeneration()).isEqualTo(2);
        }
    }
}
