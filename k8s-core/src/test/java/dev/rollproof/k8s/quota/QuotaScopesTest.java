// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import org.junit.jupiter.api.Test;

/** Who matches; what real clusters count stands in the contract. */
class QuotaScopesTest {
    private static QuotaScopes of(String spec) {
        return QuotaScopes.of(Models.fromYaml(
                "{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: 1}, " + spec + "}}",
                ResourceQuota.class));
    }

    private static QuotaScopes selecting(String expression) {
        return of("scopeSelector: {matchExpressions: [{" + expression + "}]}");
    }

    private static PodSpec pod(String more) {
        return Models.fromYaml(
                        "{apiVersion: v1, kind: Pod, metadata: {name: clock}, spec: {containers: [{name: web, image: page}]"
                                + more + "}}",
                        Pod.class)
                .getSpec();
    }

    private static PersistentVolumeClaim claim(String spec, String status) {
        return Models.fromYaml(
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {" + spec + "}, status: {"
                        + status + "}}",
                PersistentVolumeClaim.class);
    }

    @Test
    void withoutScopesEverythingMatches() {
        assertThat(of("").isEmpty()).isTrue();
        assertThat(of("").match(pod(""))).isTrue();
        assertThat(of("").match(claim("", ""))).isTrue();
        assertThat(QuotaScopes.of(new ResourceQuota()).isEmpty()).isTrue();
    }

    @Test
    void allScopesHaveToMatch() {
        QuotaScopes both = of(
                "scopes: [Terminating], scopeSelector: {matchExpressions: [{scopeName: BestEffort, operator: Exists}]}");
        assertThat(both.match(pod(", activeDeadlineSeconds: 9"))).isTrue();
        assertThat(both.match(pod(""))).isFalse();
        assertThat(both.match(pod(", activeDeadlineSeconds: 9, resources: {limits: {cpu: 1}}")))
                .isFalse();
    }

    @Test
    void aPodWithoutAClassIsInNoneAndNotInAll() {
        assertThat(selecting("scopeName: PriorityClass, operator: In, values: [high]")
                        .match(pod("")))
                .isFalse();
        assertThat(selecting("scopeName: PriorityClass, operator: NotIn, values: [high]")
                        .match(pod("")))
                .isTrue();
        assertThat(selecting("scopeName: PriorityClass, operator: NotIn, values: [high]")
                        .match(pod(", priorityClassName: high")))
                .isFalse();
        assertThat(selecting("scopeName: PriorityClass, operator: DoesNotExist").match(pod("")))
                .isTrue();
    }

    @Test
    void onlyThePriorityClassIsAskedFor() {
        assertThat(selecting("scopeName: PriorityClass, operator: Exists").askForPriorityClass())
                .isTrue();
        assertThat(of("scopes: [BestEffort]").askForPriorityClass()).isFalse();
    }

    @Test
    void nothingMatchesAScopeThatIsNotKnown() {
        assertThat(of("scopes: [Nope]").match(pod(""))).isFalse();
        assertThat(of("scopes: [Nope]").unknown()).contains("scope Nope");
        assertThat(selecting("scopeName: PriorityClass, operator: Near").match(pod(", priorityClassName: high")))
                .isFalse();
        assertThat(selecting("scopeName: PriorityClass, operator: Near").unknown())
                .contains("operator Near");
        assertThat(of("scopes: [Terminating]").unknown()).isEmpty();
    }

    @Test
    void aClassOfVolumesConcernsClaimsAlone() {
        QuotaScopes gold = selecting("scopeName: VolumeAttributesClass, operator: In, values: [gold]");
        assertThat(gold.unknown()).isEmpty();
        assertThat(gold.match(pod(""))).isFalse();
        assertThat(gold.match(claim("volumeAttributesClassName: gold", ""))).isTrue();
        assertThat(gold.match(claim("", "currentVolumeAttributesClassName: gold")))
                .isTrue();
        assertThat(gold.match(
                        claim("", "modifyVolumeStatus: {status: Pending, targetVolumeAttributesClassName: gold}")))
                .isTrue();
        assertThat(gold.match(claim("volumeAttributesClassName: silver", ""))).isFalse();
        assertThat(of("scopes: [NotTerminating]").match(claim("", ""))).isFalse();
    }
}
