// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.traffic.Target;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a strategy needs of the manifests is put in, and said. */
class FittingTest {
    private static final ComparisonOptions OPTIONS = ComparisonOptions.defaults();
    private static final Contender CANARY = Contender.canary(25);

    private static Scenario scenario(Deployment clock, String selector) {
        return Scenario.of(clock, Optional.empty(), "clock:1.2").behind(Scenes.service(selector));
    }

    private static Map<String, String> selector(Fitting fitting) {
        return fitting.before().getSpec().getSelector().getMatchLabels();
    }

    private static Service serviceOf(Fitting fitting) {
        return (Service) fitting.front().objects().get(0);
    }

    private static Fitting blueGreen(Scenario scenario) {
        return Fitting.of(Contender.blueGreen(scenario, OPTIONS), scenario);
    }

    private static List<String> names(Scenario scenario) {
        return Contender.all(scenario, OPTIONS, 25, 50).stream()
                .map(Contender::name)
                .toList();
    }

    @Test
    void aCanaryBesideGetsALabelThatTellsThePodsApart() {
        Fitting fitting = Fitting.of(CANARY, Scenes.scenario(3));
        assertThat(selector(fitting)).containsEntry("track", "stable").containsEntry("app", "clock");
        assertThat(fitting.after().getSpec().getTemplate().getMetadata().getLabels())
                .containsEntry("track", "stable");
        assertThat(serviceOf(fitting).getSpec().getSelector())
                .as("the Service goes on to select both")
                .containsOnlyKeys("app");
        assertThat(fitting.notes())
                .containsExactly(
                        "Canary 25: with \"track: stable\" in the Deployment's selector and pods, which tells them from the"
                                + " canary's");
    }

    @Test
    void labelsThatAreThereAreKeptAndNothingIsSaid() {
        Fitting canary = Fitting.of(CANARY, scenario(Scenes.clock(3, "app: clock, track: main"), "app: clock"));
        assertThat(selector(canary)).containsEntry("track", "main");
        assertThat(canary.notes()).isEmpty();
        Fitting green = blueGreen(scenario(Scenes.clock(3, "app: clock, color: green"), "app: clock, color: green"));
        assertThat(green.notes()).isEmpty();
        assertThat(serviceOf(green).getSpec().getSelector()).containsEntry("color", "green");
    }

    @Test
    void aBlueGreenGetsAColourInAllSelectors() {
        Fitting fitting = blueGreen(Scenes.scenario(3));
        assertThat(selector(fitting)).containsEntry("color", "blue");
        assertThat(serviceOf(fitting).getSpec().getSelector()).containsEntry("color", "blue");
        assertThat(fitting.notes()).singleElement().asString().startsWith("BlueGreen: with \"color: blue\"");
        Fitting onlyTheService = blueGreen(scenario(Scenes.clock(3, "app: clock, color: green"), "app: clock"));
        assertThat(serviceOf(onlyTheService).getSpec().getSelector()).containsEntry("color", "green");
    }

    @Test
    void aCanaryByRouteGetsAGatewayWithAServiceForEachTrack() {
        Scenario scenario = Scenes.scenario(3);
        Fitting fitting = Fitting.of(Contender.routedCanary(scenario, 10), scenario);
        assertThat(fitting.front().services()).containsExactly("clock-stable", "clock-canary");
        assertThat(fitting.front().load().target()).isEqualTo(new Target.Host("clock.default.example"));
        assertThat(serviceOf(fitting).getSpec().getSelector())
                .containsOnly(Map.entry("app", "clock"), Map.entry("track", "stable"));
        assertThat(fitting.notes()).hasSize(2).last().asString().contains("behind a gateway");
        Scenario own = scenario(Scenes.clock(3, "app: clock, track: main"), "app: clock");
        assertThat(serviceOf(Fitting.of(Contender.routedCanary(own, 10), own))
                        .getSpec()
                        .getSelector())
                .containsEntry("track", "main");
    }

    @Test
    void withoutAServiceThereIsNothingToSwitch() {
        Scenario scenario = Scenario.of(Scenes.clock(3, "app: clock"), Optional.empty(), "clock:1.2");
        assertThat(blueGreen(scenario).whyNot())
                .contains("there is no Service to switch among the manifests; add the one that selects the pods of"
                        + " Deployment/clock in default");
        assertThat(Fitting.of(CANARY, scenario).whyNot()).isEmpty();
    }

    @Test
    void oneReplicaDoesNotHoldTwoVersions() {
        assertThat(Fitting.of(Contender.heldCanary(25), Scenes.scenario(1)).whyNot())
                .contains("two versions do not fit within one Deployment of 1 replica");
    }

    @Test
    void theStrategyIsInPlaceBeforeTheChange() {
        Fitting recreate = Fitting.of(Contender.recreate(), Scenes.scenario(3));
        assertThat(recreate.before().getSpec().getStrategy())
                .isEqualTo(Recreate.of().toModel());
        assertThat(recreate.after().getSpec().getStrategy())
                .isEqualTo(Recreate.of().toModel());
        Deployment recreated = Scenes.clock(3, "app: clock");
        recreated.getSpec().setStrategy(Recreate.of().toModel());
        Fitting canary = Fitting.of(CANARY, scenario(recreated, "app: clock"));
        assertThat(canary.before().getSpec().getStrategy())
                .as("Recreate would take all pods away when the canary is promoted")
                .isEqualTo(RollingUpdate.of().toModel());
        assertThat(canary.notes()).anyMatch(note -> note.contains("RollingUpdate instead of Recreate"));
    }

    @Test
    void rollingUpdatesThatComeToTheSameAreComparedOnce() {
        assertThat(names(Scenes.scenario(4)))
                .containsExactly(
                        "Recreate",
                        "RollingUpdate 25%/25%",
                        "RollingUpdate 1/0",
                        "RollingUpdate 0/1",
                        "Canary 25,50",
                        "Canary 25,50 within one",
                        "Canary 25,50 by route",
                        "BlueGreen");
        assertThat(names(Scenes.scenario(3)))
                .as("25 % of 3 is 1 and 0")
                .contains("RollingUpdate 25%/25%", "RollingUpdate 0/1")
                .doesNotContain("RollingUpdate 1/0");
        Deployment own = Scenes.clock(3, "app: clock");
        own.getSpec()
                .setStrategy(
                        RollingUpdate.of().maxSurge("40%").maxUnavailable(2).toModel());
        assertThat(names(scenario(own, "app: clock")))
                .contains("RollingUpdate 40%/2", "RollingUpdate 1/0", "RollingUpdate 0/1");
    }
}
