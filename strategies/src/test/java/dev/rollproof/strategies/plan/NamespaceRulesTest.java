// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.quota.LimitRanges;
import dev.rollproof.strategies.plan.Warning.Kind;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What plans foresee of the quotas and LimitRanges of a namespace. */
class NamespaceRulesTest {
    private static final Set<Kind> ABOUT_THE_NAMESPACE = Set.of(Kind.QUOTA, Kind.NO_NEW_POD, Kind.UNSEEN);

    /** Three replicas and one more. */
    private static Deployment clock(String image, String pod, String resources) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: shop}
                spec:
                  replicas: 3
                  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec: {%s containers: [{name: web, image: "%s", resources: {%s}}]}
                """.formatted(pod, image, resources), Deployment.class);
    }

    private static ResourceQuota quota(String hard, String used, String more) {
        return Models.fromYaml(
                "{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {" + hard + "}" + more
                        + "}, status: {used: {" + used + "}}}",
                ResourceQuota.class);
    }

    private static LimitRange limits(String item) {
        return Models.fromYaml(
                "{apiVersion: v1, kind: LimitRange, metadata: {name: limits}, spec: {limits: [" + item + "]}}",
                LimitRange.class);
    }

    private static Plan plan(Deployment now, Deployment next, NamespaceRules rules) {
        return Plan.of(Optional.of(now), next, Assumptions.defaults().withRules(rules));
    }

    private static List<String> warnings(Deployment now, Deployment next, NamespaceRules rules) {
        return plan(now, next, rules).warnings().stream()
                .filter(warning -> ABOUT_THE_NAMESPACE.contains(warning.kind()))
                .map(Warning::text)
                .toList();
    }

    private static NamespaceRules only(ResourceQuota quota) {
        return NamespaceRules.of(List.of(quota), LimitRanges.NONE);
    }

    private static NamespaceRules only(LimitRange range) {
        return NamespaceRules.of(List.of(), new LimitRanges(List.of(range)));
    }

    private static List<String> warnings(String pod, String resources, NamespaceRules rules) {
        return warnings(clock("clock:1.0", pod, resources), clock("clock:1.1", pod, resources), rules);
    }

    @Test
    void aQuotaThatLeavesNoRoomForTheSurgeIsWarnedOfByItsName() {
        assertThat(warnings("", "", only(quota("pods: 5", "pods: 5", ""))))
                .containsExactly(
                        "ResourceQuota/few is too small: the rollout needs 4 pods, where there is room for 3; pods"
                                + " that terminate count as well");
        assertThat(warnings("", "", only(quota("pods: 6", "pods: 5", "")))).isEmpty();
    }

    @Test
    void everyResourceOfAPodIsLookedAt() {
        assertThat(warnings(
                        "",
                        "requests: {cpu: 200m}, limits: {cpu: 500m, memory: 300Mi}",
                        only(quota(
                                "requests.cpu: 2, limits.cpu: 1.5, limits.memory: 1Gi, services: 0",
                                "requests.cpu: 600m, limits.cpu: 1.5, limits.memory: 900Mi, services: 0",
                                ""))))
                .containsExactly(
                        "ResourceQuota/few is too small: the rollout needs limits.cpu=2, where there is room for 1500m; pods"
                                + " that terminate count as well",
                        "ResourceQuota/few is too small: the rollout needs limits.memory=1200Mi, where there is room for 1Gi;"
                                + " pods that terminate count as well");
    }

    @Test
    void aQuotaForOtherPodsIsNoConcern() {
        ResourceQuota ending = quota("pods: 0, requests.cpu: 0", "", ", scopes: [Terminating]");
        assertThat(warnings("", "", only(ending))).isEmpty();
        assertThat(warnings("activeDeadlineSeconds: 9,", "requests: {cpu: 1}", only(ending)))
                .hasSize(2);
        assertThat(warnings("", "", only(quota("pods: 0", "", ", scopes: [NotBestEffort]"))))
                .isEmpty();
    }

    @Test
    void whereOnlyTheNewPodsAreCountedTheOldOnesAreNot() {
        ResourceQuota high = quota(
                "pods: 3",
                "pods: 0",
                ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}");
        Deployment now = clock("clock:1.0", "", "");
        Deployment next = clock("clock:1.1", "priorityClassName: high,", "");
        assertThat(warnings(now, next, only(high))).isEmpty();
        high.getStatus().getUsed().replace("pods", high.getSpec().getHard().get("pods"));
        assertThat(warnings(now, next, only(high)))
                .containsExactly(
                        "ResourceQuota/few is too small: the rollout needs 3 pods, where there is room for 0; pods"
                                + " that terminate count as well");
        assertThat(warnings(next, now, only(high))).isEmpty();
    }

    @Test
    void aPodThatNamesNoPriorityClassHasTheDefaultOne() {
        NamespaceRules rules = only(quota(
                "pods: 0", "", ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: Exists}]}"));
        assertThat(warnings("", "", rules)).isEmpty();
        assertThat(warnings("", "", rules.withDefaultPriorityClass("normal"))).hasSize(1);
        assertThat(rules.withDefaultPriorityClass("normal")
                        .admitted(clock("clock", "priorityClassName: high,", "")
                                .getSpec()
                                .getTemplate()
                                .getSpec())
                        .getPriorityClassName())
                .isEqualTo("high");
    }

    @Test
    void largerPodsMayNotFitInTheirOwnNumber() {
        ResourceQuota cpus = quota("requests.cpu: 1", "requests.cpu: 300m", "");
        assertThat(warnings(
                        clock("clock:1.0", "", "requests: {cpu: 100m}"),
                        clock("clock:1.1", "", "requests: {cpu: 300m}"),
                        only(cpus)))
                .as("three new ones and one old one")
                .isEmpty();
        assertThat(warnings(
                        clock("clock:1.0", "", "requests: {cpu: 100m}"),
                        clock("clock:1.1", "", "requests: {cpu: 400m}"),
                        only(cpus)))
                .containsExactly(
                        "ResourceQuota/few is too small: the rollout needs requests.cpu=1300m, where there is room"
                                + " for 1; pods that terminate count as well");
    }

    @Test
    void smallerPodsHaveToFitBesideTheOldOnes() {
        assertThat(warnings(
                        clock("clock:1.0", "", "requests: {cpu: 300m}"),
                        clock("clock:1.1", "", "requests: {cpu: 200m}"),
                        only(quota("requests.cpu: 1", "requests.cpu: 900m", ""))))
                .containsExactly(
                        "ResourceQuota/few is too small: the rollout needs requests.cpu=1100m, where there is room"
                                + " for 1; pods that terminate count as well");
    }

    @Test
    void aQuotaOfCpusRefusesPodsThatDoNotSayThem() {
        ResourceQuota cpus = quota("requests.cpu: 9, limits.memory: 9Gi", "", "");
        assertThat(warnings("", "requests: {memory: 1Mi}", only(cpus)))
                .containsExactly(
                        "no new pod can be created, ResourceQuota/few refuses it: must specify limits.memory for:"
                                + " web; requests.cpu for: web");
    }

    @Test
    void whereLimitRangesMayNotBeSeenTheyMayHaveDefaults() {
        Assumptions unseen = Assumptions.defaults()
                .withRules(only(quota("requests.cpu: 9", "", "")))
                .withUnseen(List.of("limitranges"));
        assertThat(Plan.of(Optional.empty(), clock("clock:1.1", "", ""), unseen).warnings())
                .extracting(Warning::text)
                .contains(
                        "no new pod can be created, unless a LimitRange has defaults, ResourceQuota/few refuses it: must"
                                + " specify requests.cpu for: web");
    }

    @Test
    void defaultsOfALimitRangeCountAsIfTheyWereSaid() {
        LimitRange defaults = limits(
                "{type: Container, default: {cpu: 500m, memory: 1Gi}, defaultRequest: {cpu: 250m, memory: 64Mi}}");
        ResourceQuota cpus = quota("requests.cpu: 900m, limits.memory: 9Gi", "requests.cpu: 750m", "");
        NamespaceRules rules = NamespaceRules.of(List.of(cpus), new LimitRanges(List.of(defaults)));
        assertThat(warnings("", "", rules))
                .containsExactly(
                        "ResourceQuota/few is too small: the rollout needs requests.cpu=1, where there is room for"
                                + " 900m; pods that terminate count as well");
        assertThat(plan(clock("clock:1.0", "", ""), clock("clock:1.1", "", ""), only(defaults))
                        .bounds()
                        .mostRequested())
                .hasToString("1.5 CPU and 384 MiB");
        assertThat(warnings(
                        "",
                        "",
                        NamespaceRules.of(
                                List.of(quota("pods: 0", "", ", scopes: [BestEffort]")),
                                new LimitRanges(List.of(defaults)))))
                .as("they are best effort no more")
                .isEmpty();
    }

    @Test
    void aPodThatALimitRangeRefusesIsWarnedOfInTheServersWords() {
        assertThat(warnings("", "limits: {memory: 2048Mi}", only(limits("{type: Container, max: {memory: 1Gi}}"))))
                .containsExactly(
                        "no new pod can be created, LimitRange/limits refuses it: maximum memory usage per Container"
                                + " is 1Gi, but limit is 2Gi");
    }

    @Test
    void aTemplateThatStaysIsUnchangedWhateverTheDefaults() {
        Deployment same = clock("clock:1.0", "", "");
        assertThat(plan(same, same, only(limits("{type: Container, defaultRequest: {cpu: 250m}}")))
                        .warnings())
                .extracting(Warning::kind)
                .contains(Kind.UNCHANGED);
    }

    @Test
    void aScopeThatIsNotKnownIsSaidNotToBeLookedAt() {
        assertThat(warnings("", "", only(quota("pods: 0", "", ", scopes: [Nightly]"))))
                .containsExactly("ResourceQuota/few is not looked at: its scope Nightly is not known here");
    }

    @Test
    void whatMayNotBeSeenIsSaidInOneSentence() {
        assertThat(Plan.of(
                                Optional.empty(),
                                clock("clock:1.1", "", ""),
                                Assumptions.defaults().withUnseen(List.of("limitranges", "nodes")))
                        .warnings())
                .extracting(Warning::text)
                .contains("not looked at, as there is no right to list them: limitranges, nodes");
    }

    @Test
    void aQuantityThatIsNoneHasNoPlan() {
        NamespaceRules broken = only(quota("requests.cpu: much", "", ""));
        Deployment next = clock("clock:1.1", "", "requests: {cpu: 1}");
        assertThatThrownBy(() -> warnings(next, next, broken)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRecreationNeedsNoRoomForBoth() {
        Deployment next = clock("clock:1.1", "", "requests: {cpu: 300m}");
        next.getSpec()
                .setStrategy(
                        new DeploymentStrategyBuilder().withType("Recreate").build());
        Deployment now = clock("clock:1.0", "", "requests: {cpu: 400m}");
        now.getSpec().setReplicas(2);
        assertThat(warnings(now, next, only(quota("requests.cpu: 900m, pods: 3", "requests.cpu: 800m, pods: 2", ""))))
                .isEmpty();
    }
}
