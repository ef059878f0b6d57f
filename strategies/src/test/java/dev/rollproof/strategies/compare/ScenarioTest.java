// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScenarioTest {
    private static Deployment withSidecar(String image) {
        Deployment d = Scenes.clock(3, "app: clock");
        Container sidecar =
                new ContainerBuilder().withName("proxy").withImage(image).build();
        d.getSpec().getTemplate().getSpec().getContainers().add(sidecar);
        return d;
    }

    private static Scenario of(Deployment d, String image) {
        return Scenario.of(d, Optional.empty(), image);
    }

    @Test
    void onlyTheImageDiffersBetweenTheVersions() {
        Scenario scenario = Scenes.scenario(3).withBadImage("clock:bad", "clock:bad, which is bad");
        assertThat(scenario.oldImage()).isEqualTo("clock:1.1");
        assertThat(scenario.newImage()).isEqualTo("clock:1.2");
        Deployment after = scenario.after();
        Deployment bad = scenario.bad().orElseThrow().deployment();
        assertThat(bad.getSpec().getTemplate().getSpec().getContainers().get(0).getImage())
                .isEqualTo("clock:bad");
        for (Deployment changed : new Deployment[] {after, bad}) {
            changed.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:1.1");
            assertThat(changed).isEqualTo(scenario.before());
        }
    }

    @Test
    void withSeveralContainersTheRepositoryTellsWhichOneIsMeant() {
        Scenario scenario = of(withSidecar("example.org:5000/proxy:2"), "example.org:5000/proxy:3");
        assertThat(scenario.oldImage()).isEqualTo("example.org:5000/proxy:2");
        assertThat(scenario.after().getSpec().getTemplate().getSpec().getContainers())
                .extracting(Container::getImage)
                .containsExactly("clock:1.1", "example.org:5000/proxy:3");
        assertThat(of(withSidecar("proxy@sha256:aa"), "proxy@sha256:bb").newImage())
                .isEqualTo("proxy@sha256:bb");
        assertThat(Scenario.of(withSidecar("proxy:2"), Optional.of("proxy"), "other:1")
                        .newImage())
                .isEqualTo("other:1");
    }

    @Test
    void aChangeThatIsNoneOrIsNotClearIsRefused() {
        assertThatThrownBy(() -> of(Scenes.clock(3, "app: clock"), "clock:1.1"))
                .hasMessage(
                        "Deployment/clock has the image clock:1.1 already in container \"web\", so nothing would change;"
                                + " name another one");
        assertThatThrownBy(() -> of(withSidecar("proxy:2"), "other:1"))
                .hasMessage(
                        "Deployment/clock has the containers web, proxy, and it is not clear which of them gets other:1;"
                                + " name it");
        assertThatThrownBy(() -> of(withSidecar("clock:1.0"), "clock:1.2")).hasMessageContaining("not clear");
        assertThatThrownBy(() -> Scenario.of(withSidecar("proxy:2"), Optional.of("api"), "other:1"))
                .hasMessage("Deployment/clock has no container \"api\"; it has web, proxy");
        assertThatThrownBy(() -> of(Scenes.clock(0, "app: clock"), "clock:1.2"))
                .hasMessage("Deployment/clock has 0 replicas, so there is nothing to roll out; give it some");
        assertThatThrownBy(() -> Scenes.scenario(3).behind(Scenes.service("app: other")))
                .hasMessage("Service/clock does not select the pods of Deployment/clock");
    }

    @Test
    void withoutAServiceOneIsMeasuredThatSelectsThePods() {
        Scenario scenario = of(Scenes.clock(3, "app: clock"), "clock:1.2");
        assertThat(scenario.service()).isEmpty();
        assertThat(Scenario.selects(scenario.measured(), scenario.before())).isTrue();
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        ComparisonOptions options = ComparisonOptions.defaults();
        assertThatThrownBy(() -> options.withWatch(java.time.Duration.ZERO))
                .hasMessage("watch must be positive, was PT0S");
        assertThatThrownBy(() -> options.withPerSecond(0))
                .hasMessage("perSecond must be more than 0 and at most 1000, was 0.0");
        assertThatThrownBy(() -> options.withErrorLimit(1))
                .hasMessage("errorLimit must be at least 0 and less than 1, was 1.0");
        assertThatThrownBy(() -> options.withThreads(0)).hasMessage("threads must be at least 1, was 0");
        assertThatThrownBy(() -> Comparison.of(Scenes.scenario(3)).seeds(1, 0))
                .hasMessage("count must be at least 1, was 0");
        assertThatThrownBy(() -> Comparison.of(Scenes.scenario(3)).among(java.util.List.of()))
                .hasMessage("contenders must not be empty");
    }
}
