// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What the API and the disruption controller promise of PodDisruptionBudgets. */
abstract class BudgetsContract extends Contract {
    private PodDisruptionBudget budget(String name, String spec) {
        return Yaml.read(PodDisruptionBudget.class, """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: %s, namespace: %s}
                spec: %s
                """.formatted(name, namespace, spec));
    }

    private PodDisruptionBudgetStatus status(String name) {
        return stored(PodDisruptionBudget.class, name).getStatus();
    }

    /** Waits for healthy, desired, expected and allowed. */
    private void eventuallyCounts(String name, int healthy, int desired, int expected, int allowed) {
        AtomicReference<PodDisruptionBudgetStatus> seen = new AtomicReference<>();
        eventually(
                name + " to count " + List.of(healthy, desired, expected, allowed),
                () -> {
                    PodDisruptionBudgetStatus status = status(name);
                    seen.set(status);
                    return status.getObservedGeneration() != null
                            && List.of(healthy, desired, expected, allowed)
                                    .equals(List.of(
                                            status.getCurrentHealthy(),
                                            status.getDesiredHealthy(),
                                            status.getExpectedPods(),
                                            status.getDisruptionsAllowed()));
                },
                seen::get);
        Condition condition = seen.get().getConditions().get(0);
        assertThat(condition.getType()).isEqualTo("DisruptionAllowed");
        assertThat(condition.getStatus()).isEqualTo(allowed > 0 ? "True" : "False");
        assertThat(condition.getReason()).isEqualTo(allowed > 0 ? "SufficientPods" : "InsufficientPods");
        assertThat(condition.getMessage()).isEmpty();
    }

    private void refused(String spec, String... errors) {
        String all = errors.length == 1 ? errors[0] : "[" + String.join(", ", errors) + "]";
        assertThat(refusal(Reason.INVALID, () -> create(budget("bad", spec)))
                        .getMessage()
                        // Kubernetes 1.34 calls a label's key by another name.
                        .replace("a qualified name must", "a valid label key must"))
                .isEqualTo("PodDisruptionBudget.policy \"bad\" is invalid: " + all);
    }

    @Test
    void aBudgetIsRefusedForWhatIsWrongInIt() {
        refused(
                "{minAvailable: 1, maxUnavailable: 1, selector: {matchLabels: {a: b}}}",
                "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{\"matchLabels\":{\"a\":\"b\"}},\"MaxUnavailable\":1,"
                        + "\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set");
        refused("{minAvailable: -1}", "spec.minAvailable: Invalid value: -1: must be greater than or equal to 0");
        refused("{minAvailable: 110%}", "spec.minAvailable: Invalid value: \"110%\": must not be greater than 100%");
        refused(
                "{maxUnavailable: x}",
                "spec.maxUnavailable: Invalid value: \"x\": a valid percent string must be a numeric string followed by"
                        + " an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
        refused(
                "{unhealthyPodEvictionPolicy: Foo}",
                "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Foo\": supported values: \"AlwaysAllow\","
                        + " \"IfHealthyBudget\"");
        refused(
                "{selector: {matchExpressions: [{key: a, operator: Foo}, {key: b, operator: In}]}}",
                "spec.selector.matchExpressions[0].operator: Invalid value: \"Foo\": not a valid selector operator",
                "spec.selector.matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or"
                        + " 'NotIn'");
        refused(
                "{selector: {matchExpressions: [{key: a, operator: In, values: ['-']}]}}",
                "spec.selector.matchExpressions[0].values[0]: Invalid value: \"-\": a valid label must be an empty string or"
                        + " consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                        + " character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
                        + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    }

    @Test
    void aBudgetIsReplacedByWhoHasSeenIt() {
        PodDisruptionBudget created = create(budget("clock", "{minAvailable: 1}"));
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
        PodDisruptionBudget other = budget("clock", "{minAvailable: 2}");
        assertThat(refusal(Reason.INVALID, () -> cluster.replace(other, DEFAULTS)))
                .hasMessageContaining("metadata.resourceVersion: Invalid value: ")
                .hasMessageEndingWith(": must be specified for an update");
        PodDisruptionBudget changed = cluster.patch(
                PodDisruptionBudget.class,
                namespace,
                "clock",
                Patch.merge("{\"spec\": {\"minAvailable\": 3}}"),
                DEFAULTS);
        assertThat(changed.getMetadata().getGeneration()).isEqualTo(2);
    }

    @Test
    void withoutPodsNothingMayBeDisruptedAndAnEventSaysSo() {
        create(budget("none", "{}"));
        create(budget("some", "{minAvailable: 1, selector: {matchLabels: {app: nothing}}}"));
        eventuallyCounts("none", 0, 0, 0, 0);
        eventuallyCounts("some", 0, 1, 0, 0);
        Event event = eventuallyHasEvent("NoPods", "some");
        assertThat(event.getMessage()).isEqualTo("No matching pods found");
        assertThat(event.getSource().getComponent()).isEqualTo("controllermanager");
    }

    @Test
    void aNumberCountsPodsAndAShareCountsWhatTheDeploymentIsScaledTo() {
        String pods = "selector: {matchLabels: {app: clock}}";
        create(budget("number", "{minAvailable: 2, " + pods + "}"));
        create(budget("share", "{minAvailable: 50%, " + pods + "}"));
        create(budget("missing", "{maxUnavailable: 1, " + pods + "}"));
        create(budget("share-missing", "{maxUnavailable: 30%, " + pods + "}"));
        create(clock("clock", 3));
        eventually(
                "three pods to be ready",
                () -> Integer.valueOf(3)
                        .equals(stored(Deployment.class, "clock").getStatus().getReadyReplicas()));
        // A pod's changes wake one of several budgets only: a change of each makes it count again.
        for (String name : List.of("number", "share", "missing", "share-missing")) {
            cluster.patch(
                    PodDisruptionBudget.class,
                    namespace,
                    name,
                    Patch.merge("{\"metadata\": {\"labels\": {\"counted\": \"again\"}}}"),
                    DEFAULTS);
        }
        eventuallyCounts("number", 3, 2, 3, 1);
        eventuallyCounts("share", 3, 2, 3, 1);
        eventuallyCounts("missing", 3, 2, 3, 1);
        eventuallyCounts("share-missing", 3, 2, 3, 1);
        assertThat(eventuallyHasEvent("MultiplePodDisruptionBudgets", "clock-.*")
                        .getMessage())
                .matches("Pod \"" + namespace
                        + "\"/\"clock-.*\" matches multiple PodDisruptionBudgets.  Chose \".*\""
                        + " arbitrarily\\.");
    }

    @Test
    void aPodThatNobodyReplacesIsNotCountedOn() {
        Pod naked = pod("naked");
        create(naked);
        create(budget("naked", "{maxUnavailable: 1, selector: {matchLabels: {app: clock}}}"));
        eventuallyCounts("naked", 1, 0, 0, 0);
        assertThat(eventuallyHasEvent("UnmanagedPods", "naked").getMessage())
                .isEqualTo("Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]"
                        + "string{app: clock,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged."
                        + " As a result, the status of the PDB cannot be calculated correctly, which may result in"
                        + " undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the"
                        + " PDB to an integer value.");
    }

    @Test
    void aPodWhoseOwnerCannotBeScaledFailsTheBudget() {
        Pod owned = pod("owned");
        owned.getMetadata()
                .setOwnerReferences(List.of(
                        Yaml.read(io.fabric8.kubernetes.api.model.OwnerReference.class, """
                        {apiVersion: v1, kind: ConfigMap, name: kube-root-ca.crt, uid: %s, controller: true}
                        """.formatted(
                                        stored(io.fabric8.kubernetes.api.model.ConfigMap.class, "kube-root-ca.crt")
                                                .getMetadata()
                                                .getUid()))));
        create(owned);
        create(budget("owned", "{maxUnavailable: 1, selector: {matchLabels: {app: clock}}}"));
        eventually("the budget to fail", () -> {
            PodDisruptionBudgetStatus status = status("owned");
            return status.getConditions() != null
                    && status.getConditions().stream()
                            .anyMatch(condition -> condition.getReason().equals("SyncFailed")
                                    && condition.getStatus().equals("False")
                                    && condition
                                            .getMessage()
                                            .equals("configmaps does not implement the scale subresource"));
        });
        assertThat(eventuallyHasEvent("CalculateExpectedPodCountFailed", "owned")
                        .getMessage())
                .isEqualTo("Failed to calculate the number of expected pods: configmaps does not implement the scale"
                        + " subresource");
    }
}
