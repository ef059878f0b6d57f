// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodAffinitiesTest {
    private static final String WEB = "labelSelector: {matchLabels: {app: web}}";

    private static Pod near(String... terms) {
        return pod("podAffinity", terms);
    }

    private static Pod far(String... terms) {
        return pod("podAntiAffinity", terms);
    }

    private static Pod pod(String kind, String... terms) {
        return Neighbourhood.pod(
                "web",
                "{affinity: {%s: {requiredDuringSchedulingIgnoredDuringExecution: [{%s}]}}}"
                        .formatted(kind, String.join("}, {", terms)));
    }

    private static String term(String key, String more) {
        return "topologyKey: " + key + ", " + more;
    }

    private static List<String> open(Pod pod, Neighbourhood nodes) {
        return nodes.open((all, node) ->
                PodAffinities.of(pod, all, name -> Map.of("team", name)).refusal(node));
    }

    @Test
    void aPodGoesToTheZoneOfThoseItWantsToBeNear() {
        Neighbourhood nodes = Neighbourhood.of("a1", "a2", "b1").with("a1", "database");
        assertThat(open(near(term("zone", "labelSelector: {matchLabels: {app: database}}")), nodes))
                .containsExactly("a1", "a2");
        assertThat(open(near(term("kubernetes.io/hostname", "labelSelector: {matchLabels: {app: database}}")), nodes))
                .containsExactly("a1");
    }

    @Test
    void onePodHasToBeAllThatIsWanted() {
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", "database");
        String both = term("zone", "labelSelector: {matchLabels: {app: database}}");
        assertThat(open(near(both, term("zone", "labelSelector: {matchLabels: {version: \"1\"}}")), nodes))
                .containsExactly("a1");
        assertThat(open(near(both, term("zone", WEB)), nodes.with("b1", "web"))).isEmpty();
    }

    @Test
    void theFirstOfAGroupGoesAnywhereThatHasTheLabel() {
        assertThat(open(near(term("zone", WEB)), Neighbourhood.of("a1", "homeless")))
                .containsExactly("a1");
        assertThat(open(near(term("zone", WEB)), Neighbourhood.of("a1", "b1").with("b1", "web")))
                .containsExactly("b1");
    }

    @Test
    void aPodStaysFarFromThoseItKeepsAwayAndTheyFromIt() {
        Neighbourhood nodes = Neighbourhood.of("a1", "a2", "b1").with("a1", "web");
        assertThat(open(far(term("zone", WEB)), nodes)).containsExactly("b1");
        assertThat(open(far(term("kubernetes.io/hostname", WEB)), nodes)).containsExactly("a2", "b1");

        Neighbourhood kept = Neighbourhood.of("a1", "a2", "b1").with("a1", far(term("zone", WEB)));
        assertThat(open(Neighbourhood.pod("web", "{}"), kept)).containsExactly("b1");
        assertThat(open(Neighbourhood.pod("other", "{}"), kept)).containsExactly("a1", "a2", "b1");
    }

    @Test
    void onlyPodsOfTheOwnNamespaceAreMeantUnlessOthersAreNamedOrSelected() {
        Pod elsewhere = Neighbourhood.pod("web", "{}");
        elsewhere.getMetadata().setNamespace("bank");
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", elsewhere);
        assertThat(open(far(term("zone", WEB)), nodes)).containsExactly("a1", "b1");
        assertThat(open(far(term("zone", WEB + ", namespaces: [bank]")), nodes)).containsExactly("b1");
        assertThat(open(far(term("zone", WEB + ", namespaceSelector: {}")), nodes))
                .containsExactly("b1");
        assertThat(open(far(term("zone", WEB + ", namespaceSelector: {matchLabels: {team: bank}}")), nodes))
                .containsExactly("b1");
        assertThat(open(far(term("zone", WEB + ", namespaceSelector: {matchLabels: {team: shop}}")), nodes))
                .containsExactly("a1", "b1");
    }

    @Test
    void labelKeysTellVersionsApart() {
        Pod older = Neighbourhood.pod("web", "{}");
        older.getMetadata().getLabels().put("version", "0");
        Neighbourhood nodes = Neighbourhood.of("a1", "b1").with("a1", older);
        assertThat(open(far(term("zone", WEB + ", matchLabelKeys: [version]")), nodes))
                .containsExactly("a1", "b1");
        assertThat(open(far(term("zone", WEB + ", mismatchLabelKeys: [version]")), nodes))
                .containsExactly("b1");
        assertThat(open(far(term("zone", WEB + ", mismatchLabelKeys: [none]")), nodes))
                .containsExactly("b1");
    }

    @Test
    void whoKeepsHisOwnKindAwayIsAloneOnItsNode() {
        assertThat(PodAffinities.isAloneOnItsNode(far(term("kubernetes.io/hostname", WEB))))
                .isTrue();
        assertThat(PodAffinities.isAloneOnItsNode(far(term("zone", WEB)))).isFalse();
        assertThat(PodAffinities.isAloneOnItsNode(
                        far(term("kubernetes.io/hostname", "labelSelector: {matchLabels: {app: other}}"))))
                .isFalse();
        assertThat(PodAffinities.isAloneOnItsNode(near(term("kubernetes.io/hostname", WEB))))
                .isFalse();
    }
}
