// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.selection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorsTest {
    private static final Map<String, String> LABELS = Map.of("app", "clock", "tier", "5");

    private static LabelSelector selector(String yaml) {
        return Models.fromYaml(
                        "{apiVersion: apps/v1, kind: ReplicaSet, spec: {selector: " + yaml + "}}", ReplicaSet.class)
                .getSpec()
                .getSelector();
    }

    private static boolean matches(String selector) {
        return Selectors.matches(selector(selector), LABELS);
    }

    private static boolean matchesByLabelsAlone(String selector) {
        return Selectors.matchesByLabelsAlone(selector(selector), LABELS);
    }

    @Test
    void byLabelsAloneOnlyThoseThatWantLabelsAndNothingElseMatch() {
        assertThat(matchesByLabelsAlone("{matchLabels: {app: clock}}")).isTrue();
        assertThat(matchesByLabelsAlone("{matchLabels: {app: clock}, matchExpressions: []}"))
                .isTrue();
        assertThat(matchesByLabelsAlone("{matchLabels: {app: other}}")).isFalse();
        assertThat(matchesByLabelsAlone("{}")).isFalse();
        assertThat(matchesByLabelsAlone(
                        "{matchLabels: {app: clock}, matchExpressions: [{key: tier, operator: Exists}]}"))
                .isFalse();
    }

    @Test
    void oneThatWantsNothingMatchesEverything() {
        assertThat(matches("{}")).isTrue();
        assertThat(matches("{matchLabels: {}, matchExpressions: []}")).isTrue();
    }

    @Test
    void allLabelsAndAllExpressionsAreWanted() {
        assertThat(matches("{matchLabels: {app: clock}}")).isTrue();
        assertThat(matches("{matchLabels: {app: clock, track: a}}")).isFalse();
        assertThat(matches("{matchLabels: {app: clock}, matchExpressions: [{key: tier, operator: Exists}]}"))
                .isTrue();
        assertThat(matches("{matchLabels: {app: other}, matchExpressions: [{key: tier, operator: Exists}]}"))
                .isFalse();
        assertThat(matches("{matchExpressions: [{key: tier, operator: Exists}, {key: app, operator: DoesNotExist}]}"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "app, In, '[clock, other]', true",
        "app, In, '[other]', false",
        "none, In, '[clock]', false",
        "app, In, '[]', false",
        "app, NotIn, '[other]', true",
        "app, NotIn, '[clock]', false",
        "none, NotIn, '[clock]', true",
        "app, Exists, '[]', true",
        "none, Exists, '[]', false",
        "app, DoesNotExist, '[]', false",
        "none, DoesNotExist, '[]', true",
        "tier, Gt, '[\"4\"]', true",
        "tier, Gt, '[\"5\"]', false",
        "tier, Lt, '[\"6\"]', true",
        "tier, Lt, '[\"4\", \"6\"]', false",
        "app, Gt, '[\"4\"]', false",
        "none, Lt, '[\"4\"]', false",
        "app, Like, '[clock]', false"
    })
    void aRequirementIsMetByKubernetesRules(String key, String operator, String values, boolean expected) {
        assertThat(matches(
                        "{matchExpressions: [{key: " + key + ", operator: " + operator + ", values: " + values + "}]}"))
                .isEqualTo(expected);
    }
}
