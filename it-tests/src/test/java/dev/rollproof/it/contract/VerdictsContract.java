// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.judge.Patience;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can be wrong with a new version, and what the verdict says of it: on every kind of cluster the same. Each row is a change of a pod template that
 * worked, as a strategic merge patch; meanwhile the old version has as many ready pods as before.
 */
abstract class VerdictsContract extends Contract {
    private static final String UNSCHEDULABLE = "Unschedulable";
    private static final String CONFIGURATION = "CreateContainerConfigError";
    private static final String CRASH = "CrashLoopBackOff";
    private static final String REFUSED = "FailedCreate";

    /** Who cannot work fails long before that. */
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    /** For what may yet become something, as far as anybody can tell. */
    private static final Duration A_WHILE = Duration.ofSeconds(10);

    private static final Patience IMPATIENT = Patience.defaults()
            .withUnschedulable(Duration.ofSeconds(1))
            .withConfiguration(Duration.ofSeconds(1))
            .withQuota(Duration.ofSeconds(1));

    private static final String A_CLOSED_PORT =
            "{httpGet: {path: /, port: 9999}, periodSeconds: 1, failureThreshold: %d}";

    private static Arguments web(String what, String container, String reason, String message) {
        return pod(what, "containers: [{name: web, %s}]".formatted(container), reason, message);
    }

    private static Arguments init(String what, String container, String reason, String message) {
        return pod(what, "initContainers: [{%s}]".formatted(container), reason, message);
    }

    private static Arguments pod(String what, String spec, String reason, String message) {
        return Arguments.of(what, "spec: {" + spec + "}", reason, message);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                web(
                        "a program that fails",
                        "image: \"page:broken\"",
                        CRASH,
                        "container \"web\" crashed 2 times with exit 3"),
                web(
                        "a program that ends",
                        "command: [\"true\"]",
                        CRASH,
                        "container \"web\" ended 2 times with exit 0, but is expected to keep running, command \"true\""),
                pod(
                        "a second program that fails",
                        "containers: [{name: second, image: \"page:broken\"}]",
                        CRASH,
                        "container \"second\" crashed 2 times with exit 3"),
                web(
                        "an image that is not there",
                        "image: \"localhost/none:1\"",
                        "ErrImagePull",
                        "container \"web\" image \"localhost/none:1\" cannot be pulled: .*not found"),
                web(
                        "an image that is never pulled",
                        "image: \"localhost/none:1\", imagePullPolicy: Never",
                        "ErrImageNeverPull",
                        "container \"web\" Container image \"localhost/none:1\" is not present with pull policy of Never"),
                web(
                        "an image whose name is none",
                        "image: \"page:1.0:1\"",
                        "InvalidImageName",
                        "container \"web\" Failed to apply default image tag .*: invalid reference format"),
                Arguments.of(
                        "a command that is not there",
                        "metadata: {annotations: {sim.rollproof.dev/command-not-found: \"true\"}}\n"
                                + "spec: {containers: [{name: web, command: [/nothing]}]}",
                        "RunContainerError",
                        "container \"web\" failed to create .*exec: \"/nothing\": stat /nothing: no such file or directory.*"),
                web(
                        "root where root may not be",
                        "securityContext: {runAsNonRoot: true, runAsUser: 0}",
                        CONFIGURATION,
                        "container \"web\" container's runAsUser breaks non-root policy .*"),
                web(
                        "an environment that is not there",
                        "envFrom: [{secretRef: {name: none}}]",
                        CONFIGURATION,
                        "container \"web\" secret \"none\" not found"),
                web(
                        "a variable that is not there",
                        "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: none}}}]",
                        CONFIGURATION,
                        "container \"web\" couldn't find key none in ConfigMap [a-z0-9-]+/settings"),
                pod(
                        "a volume that is not there",
                        "volumes: [{name: v, configMap: {name: none}}], containers: [{name: web, volumeMounts: [{name: v, mountPath: /v}]}]",
                        "FailedMount",
                        "MountVolume.SetUp failed for volume \"v\" : configmap \"none\" not found"),
                web(
                        "a liveness probe that fails",
                        "image: \"page:never\", livenessProbe: " + A_CLOSED_PORT.formatted(2),
                        CRASH,
                        "container \"web\" was killed 2 times \\(exit \\d+\\), since its liveness probe failed: .*connection refused"),
                web(
                        "a startup probe that fails",
                        "startupProbe: " + A_CLOSED_PORT.formatted(2),
                        CRASH,
                        "container \"web\" was killed 2 times \\(exit \\d+\\), since its startup probe failed: .*connection refused"),
                init(
                        "an init container that fails",
                        "name: first, image: \"page:broken\"",
                        CRASH,
                        "init container \"first\" crashed 2 times with exit 3"),
                init(
                        "an init container without an image",
                        "name: first, image: \"localhost/none:1\"",
                        "ErrImagePull",
                        "init container \"first\" image \"localhost/none:1\" cannot be pulled: .*not found"),
                init(
                        "a sidecar that fails",
                        "name: beside, restartPolicy: Always, image: \"page:broken\"",
                        CRASH,
                        "sidecar container \"beside\" crashed 2 times with exit 3"),
                pod(
                        "a node that is not there",
                        "nodeSelector: {no-such: node}",
                        UNSCHEDULABLE,
                        "0/1 nodes are available: 1 node\\(s\\) didn't match Pod's node affinity/selector\\..*"),
                web(
                        "more than a node has",
                        "resources: {requests: {cpu: \"1000\"}}",
                        UNSCHEDULABLE,
                        "0/1 nodes are available: 1 Insufficient cpu\\..*"),
                pod(
                        "a node of its own, where others are",
                        "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname,"
                                + " labelSelector: {matchLabels: {app: clock}}}]}}",
                        UNSCHEDULABLE,
                        "0/1 nodes are available: 1 node\\(s\\) didn't match pod anti-affinity rules\\..*"),
                pod(
                        "two nodes, where there is one",
                        "topologySpreadConstraints: [{maxSkew: 1, minDomains: 2, topologyKey: kubernetes.io/hostname,"
                                + " whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: clock}}}]",
                        UNSCHEDULABLE,
                        "0/1 nodes are available: 1 node\\(s\\) didn't match pod topology spread constraints\\..*"),
                pod(
                        "a claim that is not there",
                        "volumes: [{name: v, persistentVolumeClaim: {claimName: none}}]",
                        UNSCHEDULABLE,
                        "0/1 nodes are available: persistentvolumeclaim \"none\" not found\\..*"),
                pod(
                        "an account that is not there",
                        "serviceAccountName: none",
                        REFUSED,
                        "ReplicaSet \"clock-[a-z0-9]+\" cannot create pods: pods \"clock-[a-z0-9]+-\" is forbidden: error looking up"
                                + " service account [a-z0-9-]+/none: serviceaccount \"none\" not found"),
                pod(
                        "a priority that is not there",
                        "priorityClassName: none",
                        REFUSED,
                        "ReplicaSet \"clock-[a-z0-9]+\" cannot create pods: pods \"clock-[a-z0-9]+-\" is forbidden: no PriorityClass"
                                + " with name none was found"),
                pod(
                        "the same label twice",
                        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule,"
                                + " labelSelector: {matchLabels: {app: clock}}, matchLabelKeys: [app]}]",
                        REFUSED,
                        "ReplicaSet \"clock-[a-z0-9]+\" cannot create pods: Pod \"clock-[a-z0-9-]+\" is invalid: .*: exists in both"
                                + " matchLabelKeys and labelSelector"));
    }

    static Stream<Arguments> waits() {
        return Stream.of(
                web(
                        "a program that never gets ready",
                        "image: \"page:never\"",
                        "ContainersNotReady",
                        "container \"web\" runs and is not ready: Readiness probe failed: .*"),
                pod(
                        "a readiness gate that nobody opens",
                        "readinessGates: [{conditionType: example.com/in}]",
                        "ReadinessGatesNotReady",
                        "corresponding condition of pod readiness gate \"example.com/in\" does not exist\\."),
                pod(
                        "a scheduling gate that nobody opens",
                        "schedulingGates: [{name: example.com/wait}]",
                        "SchedulingGated",
                        "Scheduling is blocked due to non-empty scheduling gates"),
                init(
                        "an init container that does not end",
                        "name: first, image: \"page:1.0\", command: [sleep, \"1000\"]",
                        "ContainersNotInitialized",
                        "init container \"first\" runs, and the others wait for its end"),
                init(
                        "a sidecar that does not start",
                        "name: beside, restartPolicy: Always, image: \"page:1.0\", command: [sleep, \"1000\"], startupProbe: "
                                + A_CLOSED_PORT.formatted(100),
                        "ContainersNotInitialized",
                        "sidecar container \"beside\" runs, and the others wait until it has started: Startup probe failed: .*"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void whatCannotWorkFailsWithItsCause(String what, String template, String reason, String message)
            throws InterruptedException {
        running();
        tells(verdict(change(template), A_MINUTE), Verdict.Failed.class, reason, message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waits")
    void whatMayYetWorkIsWaitedForAndNamed(String what, String template, String reason, String message)
            throws InterruptedException {
        running();
        tells(verdict(change(template), A_WHILE), Verdict.TimedOut.class, reason, message);
    }

    @Test
    void aQuotaThatHasNoRoomForTheSurgeFails() throws InterruptedException {
        running();
        ResourceQuota quota = Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: few, namespace: %s}
                spec: {hard: {pods: "2"}}
                """.formatted(namespace));
        create(quota);
        eventually(
                "the quota to be counted",
                () -> Map.of("pods", new Quantity("2"))
                        .equals(stored(ResourceQuota.class, "few").getStatus().getUsed()));
        tells(
                verdict(change("spec: {containers: [{name: web, image: \"page:1.1\"}]}"), A_MINUTE),
                Verdict.Failed.class,
                REFUSED,
                "ReplicaSet \"clock-[a-z0-9]+\" cannot create pods: pods \"clock-[a-z0-9-]+\" is forbidden: exceeded quota: few, .*");
    }

    /** As it is left by somebody who scales at the wrong moment, see {@code RolloutVerifierTest}. */
    @Test
    void aReplicaSetThatSaysThatAnotherSizeIsWantedKeepsItsDeploymentFromRollingOutForever()
            throws InterruptedException {
        running();
        ReplicaSet only =
                cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace)).get(0);
        say(only, 3);
        // The controller hears of the ReplicaSet and of the Deployment by two watches.
        pass(Duration.ofSeconds(2));
        tells(
                verdict(change("spec: {containers: [{name: web, image: \"page:1.1\"}]}"), A_MINUTE),
                Verdict.Failed.class,
                "ScalingNeverEnds",
                "ReplicaSet \"clock-[a-z0-9]+\" has the 2 pods that are wanted, .* still says 3: .*");
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace)))
                .hasSize(1);
        say(only, 2);
        verdict(stored(Deployment.class, "clock"), A_MINUTE).orElseThrow();
    }

    private void say(ReplicaSet set, int desired) {
        cluster.patch(
                ReplicaSet.class,
                namespace,
                set.getMetadata().getName(),
                Patch.merge("{\"metadata\":{\"annotations\":{\"deployment.kubernetes.io/desired-replicas\":\"%d\"}}}"
                        .formatted(desired)),
                DEFAULTS);
    }

    /** Two pods, and a Deployment that never has fewer. */
    private void running() throws InterruptedException {
        create(configMap("settings", "{some: thing}"));
        Deployment clock = clock("clock", 2);
        clock.getSpec().setMinReadySeconds(3);
        clock.getSpec().setStrategy(oneMoreNoneFewer());
        clock.getSpec().getTemplate().getSpec().setTerminationGracePeriodSeconds(1L);
        verdict(create(clock), A_MINUTE).orElseThrow();
    }

    private Deployment change(String template) {
        Map<String, Object> patch =
                Map.of("spec", Map.of("template", Models.toTree(Yaml.read(PodTemplateSpec.class, template))));
        return cluster.patch(
                Deployment.class, namespace, "clock", Patch.strategicMerge(Models.toJson(patch)), DEFAULTS);
    }

    private Verdict verdict(Deployment applied, Duration within) throws InterruptedException {
        return RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(within).withPatience(IMPATIENT))
                .verify(applied);
    }

    private void tells(Verdict verdict, Class<? extends Verdict> outcome, String reason, String message) {
        assertThat(verdict).as(verdict.summary()).isInstanceOf(outcome);
        Cause cause = verdict.evidence().causes().get(0);
        assertThat(cause.reason()).as(verdict.summary()).isEqualTo(reason);
        assertThat(cause.message()).matches(message);
        assertThat(stored(Deployment.class, "clock").getStatus().getReadyReplicas())
                .as("the old version goes on")
                .isGreaterThanOrEqualTo(2);
    }
}
