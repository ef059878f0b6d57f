// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodSpreadTest {
    private static Pod spread(String key, String more) {
        return Neighbourhood.pod(
                "web",
                "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: %s, whenUnsatisfiable: DoNotSchedule, %s}]}"
                        .formatted(key, more));
    }

    private static final String WEB = "labelSelector: {matchLabels: {app: web}}";

    private static List<String> open(Pod pod, Neighbourhood nodes) {
        return nodes.open((all, node) -> PodSpread.of(pod, all).refusal(node));
    }

    @Test
    void aPodGoesWhereTheFewestAre() {
        Neighbourhood nodes =
                Neighbourhood.of("a1", "a2", "b1").with("a1", "web").with("b1", "web", "other", "other");
        assertThat(open(spread("kubernetes.io/hostname", WEB), nodes)).containsExactly("a2");
        assertThat(open(spread("zone", WEB), nodes)).containsExactly("a1", "a2", "b1");
        assertThat(open(spread("zone", WEB), nodes.with("a2", "web"))).containsExactly("b1");
    }

    @Test
    void whoIsGoingAndWhoIsOfAnotherNamespaceDoesNotCount() {
        Pod going = Neighbourhood.pod("web", "{}");
        going.getMetadata().setDeletionTimestamp("2026-01-01T12:00:00Z");
        Pod elsewhere = Neighbourhood.pod("web", "{}");
        elsewhere.getMetadata().setNamespace("other");
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", going).with("a1", elsewhere);
        assertThat(open(spread("zone", WEB), nodes)).containsExactly("a1", "b1");
    }

    @Test
    void podsOfAnOlderVersionCountUnlessALabelKeyTellsThemApart() {
        Pod older = Neighbourhood.pod("web", "{}");
        older.getMetadata().getLabels().put("version", "0");
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", older);
        assertThat(open(spread("zone", WEB), nodes)).containsExactly("b1");
        assertThat(open(spread("zone", WEB + ", matchLabelKeys: [version, none]"), nodes))
                .containsExactly("a1", "b1");
    }

    @Test
    void aNodeWithoutTheLabelIsInNoDomainAndTakesNobody() {
        Neighbourhood nodes = Neighbourhood.of("a1", "homeless");
        assertThat(open(spread("zone", WEB), nodes.with("a1", "web"))).containsExactly("a1");
        assertThat(PodSpread.of(spread("zone", WEB), nodes.all())
                        .refusal(nodes.all().get(1)))
                .contains(Refusal.forGood(
                        "node(s) didn't match pod topology spread constraints (missing required label)"));
    }

    @Test
    void whereADomainIsMissingItIsTheOneWithTheFewest() {
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", "web").with("b1", "web");
        assertThat(open(spread("zone", WEB + ", minDomains: 2"), nodes)).containsExactly("a1", "b1");
        assertThat(open(spread("zone", WEB + ", minDomains: 3"), nodes)).isEmpty();
    }

    @Test
    void nodesThatThePodDoesNotWantAreNoDomainsUnlessItSaysSo() {
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", "web");
        Pod onA = spread("zone", WEB);
        onA.getSpec().setNodeSelector(Map.of("zone", "a"));
        assertThat(open(onA, nodes)).contains("a1");
        Pod ignoring = spread("zone", WEB + ", nodeAffinityPolicy: Ignore");
        ignoring.getSpec().setNodeSelector(Map.of("zone", "a"));
        assertThat(open(ignoring, nodes)).doesNotContain("a1");
    }

    @Test
    void noSelectorMatchesNobodyAndOneThatWantsNothingCountsNobody() {
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", "web", "web");
        assertThat(open(spread("zone", "matchLabelKeys: []"), nodes)).containsExactly("a1", "b1");
        assertThat(open(spread("zone", "labelSelector: {}"), nodes)).containsExactly("a1", "b1");
    }

    @Test
    void whatIsOnlyPreferredIsNotLookedAt() {
        Pod pod = Neighbourhood.pod(
                "web",
                "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: none, whenUnsatisfiable: ScheduleAnyway}]}");
        assertThat(PodSpread.matters(pod.getSpec())).isFalse();
        assertThat(open(pod, Neighbourhood.of("a1"))).containsExactly("a1");
    }
}
