// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static dev.rollproof.verifier.Deployments.clock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.ImageBehavior;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a timeline tells: of this rollout, and not of what else is in the namespace. */
class TimelineTest extends Rolling {
    private static Deployment broken(String name) {
        Deployment deployment = clock(2, "clock:broken");
        deployment.getMetadata().setName(name);
        deployment.getSpec().getSelector().setMatchLabels(Map.of("app", name));
        deployment.getSpec().getTemplate().getMetadata().setLabels(Map.of("app", name));
        return deployment;
    }

    private List<String> subjectsOfWarnings(Deployment rolledOut) throws InterruptedException {
        Verdict verdict = RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(Duration.ofSeconds(30)))
                .verify(RolloutActions.on(cluster).apply(rolledOut));
        return verdict.evidence().timeline().entries().stream()
                .filter(entry ->
                        entry.what().startsWith("BackOff: ") || entry.what().startsWith("Unhealthy: "))
                .map(Timeline.Entry::subject)
                .toList();
    }

    @Test
    void warningsAboutOthersInTheNamespaceAreNotInIt() throws InterruptedException {
        simulated.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(Duration.ofMillis(500)));
        simulated.images().declare("clock:deaf", ImageBehavior.wellBehaved().neverReady());
        cluster.create(broken("watch"), WriteOptions.defaults());
        pass(Duration.ofSeconds(20));
        cluster.create(broken("radio"), WriteOptions.defaults());
        assertThat(subjectsOfWarnings(clock(2, "clock:deaf")))
                .isNotEmpty()
                .allMatch(subject -> subject.startsWith("pod/clock-"));
    }

    @Test
    void warningsAboutItsOwnPodsAreInItAlsoOfThoseThatWereThereBefore() throws InterruptedException {
        simulated.images().declare("clock:deaf", ImageBehavior.wellBehaved().neverReady());
        cluster.create(clock(2, "clock:deaf"), WriteOptions.defaults());
        pass(Duration.ofSeconds(5));
        assertThat(subjectsOfWarnings(clock(2, "clock:deaf")).stream().distinct())
                .hasSize(2)
                .allMatch(subject -> subject.startsWith("pod/clock-"));
    }
}
