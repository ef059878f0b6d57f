// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.plan.NamespaceRules;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is read of a namespace's quotas and LimitRanges, on a cluster that has them. */
class RulesOfNamespaceTest {
    private static final ResourceQuota PLAIN = quota("{hard: {pods: 3}}");
    private static final ResourceQuota CLASSED = quota(
            "{hard: {pods: 3}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: Exists}]}}");

    private final List<String> listed = new ArrayList<>();

    private static ResourceQuota quota(String spec) {
        return Models.fromYaml(
                "{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: " + spec + "}",
                ResourceQuota.class);
    }

    private static PriorityClass priority(String name, int value, boolean isDefault) {
        return Models.fromYaml(
                "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: " + name + "}, value: "
                        + value + ", globalDefault: " + isDefault + "}",
                PriorityClass.class);
    }

    /** By type what it has, or why it does not say. */
    private Visible cluster(Map<Class<? extends HasMetadata>, Object> answers) {
        return new Visible((Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("list");
                    Query<?> query = (Query<?>) arguments[0];
                    listed.add(HasMetadata.getPlural(query.type()));
                    Object answer = answers.getOrDefault(query.type(), List.of());
                    if (answer instanceof Reason reason) {
                        throw new ClusterException(reason, "no");
                    }
                    return answer;
                }));
    }

    @Test
    void limitsAreThoseOfTheNamespace() {
        LimitRange limits = Models.fromYaml(
                "{apiVersion: v1, kind: LimitRange, metadata: {name: limits}, spec: {limits: [{type: Container}]}}",
                LimitRange.class);
        Visible visible = cluster(Map.of(ResourceQuota.class, List.of(PLAIN), LimitRange.class, List.of(limits)));
        NamespaceRules rules = RulesOfNamespace.of(visible, "shop");
        assertThat(rules.quotas()).containsExactly(PLAIN);
        assertThat(rules.limits().ranges()).containsExactly(limits);
        assertThat(visible.unseen()).isEmpty();
    }

    @Test
    void whoMayNotListLimitRangesGetsTheQuotasAndIsToldSo() {
        Visible visible = cluster(Map.of(ResourceQuota.class, List.of(PLAIN), LimitRange.class, Reason.FORBIDDEN));
        NamespaceRules rules = RulesOfNamespace.of(visible, "shop");
        assertThat(rules.quotas()).containsExactly(PLAIN);
        assertThat(rules.limits().ranges()).isEmpty();
        assertThat(visible.unseen()).containsExactly("limitranges");
    }

    @Test
    void aClusterThatKnowsNoLimitRangesHasNone() {
        Visible visible = cluster(Map.of(LimitRange.class, Reason.NOT_FOUND));
        assertThat(RulesOfNamespace.of(visible, "shop")).isEqualTo(NamespaceRules.NONE);
        assertThat(visible.unseen()).isEmpty();
    }

    @Test
    void aClusterThatCannotBeReachedEndsThePlan() {
        Visible visible = cluster(Map.of(LimitRange.class, Reason.UNREACHABLE));
        assertThatThrownBy(() -> RulesOfNamespace.of(visible, "shop")).isInstanceOf(ClusterException.class);
    }

    @Test
    void theDefaultPriorityClassIsTheLowestOfThoseThatSaySo() {
        Map<Class<? extends HasMetadata>, Object> answers = Map.of(
                ResourceQuota.class,
                List.of(CLASSED),
                PriorityClass.class,
                List.of(priority("low", 1, false), priority("high", 9, true), priority("normal", 5, true)));
        assertThat(RulesOfNamespace.of(cluster(answers), "shop").defaultPriorityClass())
                .contains("normal");
    }

    @Test
    void priorityClassesAreAskedForOnlyWhereAQuotaIsAboutThem() {
        Visible visible = cluster(Map.of(ResourceQuota.class, List.of(PLAIN), PriorityClass.class, Reason.FORBIDDEN));
        assertThat(RulesOfNamespace.of(visible, "shop").defaultPriorityClass()).isEmpty();
        assertThat(listed).containsExactly("resourcequotas", "limitranges");
        Visible asked = cluster(Map.of(ResourceQuota.class, List.of(CLASSED), PriorityClass.class, Reason.FORBIDDEN));
        assertThat(RulesOfNamespace.of(asked, "shop").defaultPriorityClass()).isEmpty();
        assertThat(asked.unseen()).containsExactly("priorityclasses");
    }
}
