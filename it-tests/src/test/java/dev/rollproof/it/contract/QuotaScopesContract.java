// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which objects quotas count, and what they count of pods. */
abstract class QuotaScopesContract extends Contract {
    private ResourceQuota quota(String name, String spec) {
        return create(Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: %s, namespace: %s}
                spec: %s
                """.formatted(name, namespace, spec)));
    }

    private void limit(String name, String spec) {
        quota(name, spec);
        eventually("the quota to be counted", () -> {
            ResourceQuota quota = stored(ResourceQuota.class, name);
            return quota.getStatus() != null
                    && quota.getSpec().getHard().equals(quota.getStatus().getHard());
        });
    }

    private String used(String quota) {
        return new TreeMap<>(stored(ResourceQuota.class, quota).getStatus().getUsed()).toString();
    }

    /** In the end: its controller may have counted what it had not seen yet. */
    private void counts(String quota, String used) {
        eventually(
                "quota " + quota + " to say that " + used + " is used",
                () -> used(quota).equals(used),
                () -> used(quota));
    }

    private Pod homeless(String name, String more) {
        return Yaml.read(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec: {nodeSelector: {no-such: node}, %s}
                """.formatted(name, namespace, more));
    }

    private static String priority(String operator, String values) {
        return "{hard: {pods: 9}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: " + operator
                + values + "}]}}";
    }

    @Test
    void aQuotaCountsThePodsThatMatchAllItsScopes() {
        limit("all", "{hard: {pods: 9}}");
        limit("ending", "{hard: {pods: 9}, scopes: [Terminating]}");
        limit("lasting", "{hard: {pods: 9}, scopes: [NotTerminating]}");
        limit("silent", "{hard: {pods: 9}, scopes: [BestEffort]}");
        limit("asking", "{hard: {pods: 9, requests.cpu: 9}, scopes: [NotBestEffort]}");
        limit("both", "{hard: {pods: 9}, scopes: [Terminating, BestEffort]}");
        limit("near-others", "{hard: {pods: 9}, scopes: [CrossNamespacePodAffinity]}");
        limit("classed", priority("Exists", ""));
        limit("classless", priority("DoesNotExist", ""));
        limit("critical", priority("In", ", values: [system-node-critical, system-cluster-critical]"));
        limit("uncritical", priority("NotIn", ", values: [system-cluster-critical]"));

        create(homeless("plain", "containers: [{name: web, image: page}]"));
        create(homeless("ending", "activeDeadlineSeconds: 900, containers: [{name: web, image: page}]"));
        create(homeless(
                "critical",
                "priorityClassName: system-cluster-critical, containers: [{name: web, image: page, resources: {limits: {cpu:"
                        + " 100m}}}]"));
        create(homeless("beside-others", """
                affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm:
                  {topologyKey: x, labelSelector: {}, namespaces: [other]}}]}}, containers: [{name: web, image: page}]"""));
        create(homeless("beside-its-own", """
                affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
                  {topologyKey: x, labelSelector: {}}]}}, containers: [{name: web, image: page}]"""));
        create(homeless("beside-anybody", """
                affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
                  {topologyKey: x, labelSelector: {}, namespaceSelector: {}}]}}, containers: [{name: web, image: page}]"""));

        counts("all", "{pods=6}");
        counts("ending", "{pods=1}");
        counts("lasting", "{pods=5}");
        counts("silent", "{pods=5}");
        counts("asking", "{pods=1, requests.cpu=100m}");
        counts("both", "{pods=1}");
        counts("near-others", "{pods=2}");
        counts("classed", "{pods=1}");
        counts("classless", "{pods=5}");
        counts("critical", "{pods=1}");
        counts("uncritical", "{pods=5}");

        limit("late", "{hard: {pods: 9}, scopes: [Terminating]}");
        counts("late", "{pods=1}");
    }

    @Test
    void aQuotaRefusesOnlyWhatItCounts() {
        limit("few", "{hard: {pods: 0}, scopes: [BestEffort]}");
        limit("said", "{hard: {requests.cpu: 1}, scopes: [Terminating]}");

        assertThat(refusal(Reason.FORBIDDEN, () -> create(homeless("plain", "containers: [{name: web, image: page}]"))))
                .hasMessage(
                        "pods \"plain\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited:"
                                + " pods=0");
        String asks = "containers: [{name: web, image: page, resources: {requests: {memory: 1Mi}}}]";
        create(homeless("asking", asks));
        assertThat(refusal(Reason.FORBIDDEN, () -> create(homeless("ending", "activeDeadlineSeconds: 900, " + asks))))
                .hasMessage("pods \"ending\" is forbidden: failed quota: said: must specify requests.cpu for: web");
    }

    @Test
    void aQuotaWithScopesCountsNothingButPods() {
        eventually("the certificate", () -> !gone(ConfigMap.class, "kube-root-ca.crt"));
        limit("scoped", "{hard: {count/configmaps: 0, count/pods: 9}, scopes: [NotTerminating]}");

        create(configMap("a", "{}"));
        create(homelessPod("clock"));
        counts("scoped", "{count/configmaps=0, count/pods=1}");
    }

    @Test
    void cpusAreWantedOfInitContainersTooUnlessThePodAsksForItself() {
        limit("cpus", "{hard: {requests.cpu: 1, limits.cpu: 1, requests.ephemeral-storage: 1Gi}}");

        assertThat(refusal(
                        Reason.FORBIDDEN,
                        () -> create(homeless(
                                "clock",
                                "initContainers: [{name: prepare, image: page}], containers: [{name: web, image: page,"
                                        + " resources: {requests: {cpu: 100m}}}]"))))
                .hasMessage("pods \"clock\" is forbidden: failed quota: cpus: must specify limits.cpu for: prepare,web;"
                        + " requests.cpu for: prepare");
        create(homeless("whole", "resources: {limits: {cpu: 200m}}, containers: [{name: web, image: page}]"));
        counts("cpus", "{limits.cpu=200m, requests.cpu=200m, requests.ephemeral-storage=0}");
    }

    @Test
    void aQuotaCountsAsMuchAsAPodNeedsAtOnce() {
        limit("cpus", "{hard: {cpu: 2, limits.cpu: 2}}");

        create(homeless(
                "clock",
                "initContainers: [{name: prepare, image: page, resources: {limits: {cpu: 300m}}}], containers:"
                        + " [{name: web, image: page, resources: {requests: {cpu: 100m}, limits: {cpu: 400m}}}]"));
        counts("cpus", "{cpu=300m, limits.cpu=400m}");
    }

    @Test
    void aPodThatHasEndedIsAnObjectStill() {
        limit("few", "{hard: {pods: 2, count/pods: 2}}");
        Pod pod = create(homelessPod("clock"));
        pod.setStatus(new PodStatusBuilder().withPhase("Failed").build());
        // Whatever others wrote meanwhile.
        pod.getMetadata().setResourceVersion(null);
        cluster.replaceStatus(pod, DEFAULTS);

        counts("few", "{count/pods=1, pods=0}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {hard: {pods: 9}, scopes: [Nope]} | spec.scopes: Invalid value: ["Nope"]: unsupported scope
            {hard: {pods: 9}, scopes: [BestEffort, NotBestEffort]} | spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes
            {hard: {cpu: 9}, scopes: [BestEffort]} | spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource
            {hard: {requests.ephemeral-storage: 9}, scopes: [Terminating]} | spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource
            {hard: {pods: 9, configmaps: 3}, scopes: [Terminating]} | spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource
            {hard: {pods: 9}, scopes: [VolumeAttributesClass]} | spec.scopes: Invalid value: ["VolumeAttributesClass"]: unsupported scope applied to resource
            """)
    void scopesThatMakeNoSenseAreRefused(String spec, String why) {
        assertThat(refusal(Reason.INVALID, () -> quota("limits", spec)))
                .hasMessage("ResourceQuota \"limits\" is invalid: " + why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            scopeName: Terminating, operator: In, values: [a] | .operator: Invalid value: "In": must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity
            scopeName: PriorityClass, operator: In | .values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector
            scopeName: PriorityClass, operator: Exists, values: [a] | .values: Invalid value: ["a"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector
            scopeName: PriorityClass, operator: Near, values: [a] | .operator: Invalid value: "Near": not a valid selector operator
            scopeName: Nope, operator: Exists | .scopeName: Invalid value: "Nope": unsupported scope
            """, quoteCharacter = '^')
    void selectorsOfScopesThatMakeNoSenseAreRefused(String expression, String why) {
        assertThat(refusal(
                        Reason.INVALID,
                        () -> quota(
                                "limits",
                                "{hard: {pods: 9}, scopeSelector: {matchExpressions: [{" + expression + "}]}}")))
                .hasMessage("ResourceQuota \"limits\" is invalid: spec.scopeSelector.matchExpressions" + why);
    }
}
