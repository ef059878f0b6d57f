// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.samples.AskingSamples;
import dev.rollproof.harness.samples.ChosenSample;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Annotation, then property, then the simulated cluster decide; what cannot be had is said in one sentence. */
class ClusterKindTest {
    /** Cannot be the name of any: so no engine is asked. */
    private static final String NO_IMAGE = "no such image";

    @Test
    void theDefaultIsTheSimulatedCluster() {
        assertThat(ClusterKind.CHOSEN.orChosenBy(Optional.empty())).isEqualTo(ClusterKind.SIM);
        assertThat(ClusterKind.CHOSEN.orChosenBy(Optional.of(" "))).isEqualTo(ClusterKind.SIM);
    }

    @Test
    void thePropertyChooses() {
        assertThat(ClusterKind.CHOSEN.orChosenBy(Optional.of("sim"))).isEqualTo(ClusterKind.SIM);
        assertThat(ClusterKind.CHOSEN.orChosenBy(Optional.of("k3s"))).isEqualTo(ClusterKind.K3S);
        assertThat(ClusterKind.CHOSEN.orChosenBy(Optional.of(" KubeConfig "))).isEqualTo(ClusterKind.KUBECONFIG);
    }

    @Test
    void theAnnotationHasTheLastWord() {
        assertThat(ClusterKind.SIM.orChosenBy(Optional.of("k3s"))).isEqualTo(ClusterKind.SIM);
        Trial trial = Trial.of(AskingSamples.ForSimulation.class, "rollproof.cluster", "k3s");
        assertThat(trial.failures()).isEmpty();
        assertThat(trial.succeeded()).isEqualTo(1);
    }

    @Test
    void aWrongPropertyIsOneSentenceForTheWholeClass() {
        Trial trial = Trial.of(ChosenSample.class, "rollproof.cluster", "minikube");
        assertThat(trial.failures())
                .singleElement()
                .asString()
                .endsWith("rollproof.cluster is \"minikube\"; write sim, served, k3s or kubeconfig");
        assertThat(trial.succeeded()).isZero();
    }

    @Test
    void withoutARealClusterTestsAreSkippedAndTheReasonIsSaid() {
        Trial trial = Trial.of(ChosenSample.class, "rollproof.cluster", "k3s", "rollproof.k3s.image", NO_IMAGE);
        assertThat(trial.failures()).isEmpty();
        assertThat(trial.succeeded()).isZero();
        assertThat(trial.skipped())
                .singleElement()
                .asString()
                .startsWith("no real Kubernetes: " + NO_IMAGE + " cannot be started: ")
                .hasLineCount(1);
    }

    @Test
    void aRealClusterThatIsRequiredIsAFailureWhereThereIsNone() {
        Trial trial = Trial.of(
                ChosenSample.class,
                "rollproof.cluster",
                "k3s",
                "rollproof.k3s.image",
                NO_IMAGE,
                "rollproof.require",
                "k3s");
        assertThat(trial.skipped()).isEmpty();
        assertThat(trial.failures())
                .singleElement()
                .asString()
                .startsWith("a real Kubernetes is required (rollproof.require=k3s), but " + NO_IMAGE);
    }

    @Test
    void theKubeconfigIsNamedWhereItIsMissing() {
        Trial trial = Trial.of(
                ChosenSample.class, "rollproof.cluster", "kubeconfig", "rollproof.kubeconfig", "no/such/config");
        assertThat(trial.failures())
                .singleElement()
                .asString()
                .isEqualTo("kubeconfig no/such/config does not exist; name one that does");
    }

    @Test
    void aClientOfTheSimulationGoesThroughItsDoor() {
        assertThat(Trial.of(AskingSamples.ForClient.class).failures()).isEmpty();
        assertThat(Trial.of(AskingSamples.ForClient.class, "rollproof.cluster", "served")
                        .failures())
                .isEmpty();
    }

    @Test
    void aSpeedThatIsNoneIsNamed() {
        for (String wrong : List.of("fast", "0", "-1", "Infinity", "NaN")) {
            assertThat(Trial.of(AskingSamples.ForClient.class, "rollproof.cluster", "served", "rollproof.speed", wrong)
                            .failures())
                    .singleElement()
                    .asString()
                    .endsWith("rollproof.speed is \"" + wrong + "\"; give a positive number, such as 10");
        }
    }

    @Test
    void aNodeOfTheSimulationIsNotThere() {
        assertThat(Trial.of(AskingSamples.ForNode.class).failures())
                .singleElement()
                .asString()
                .contains("a K3s is there on the cluster k3s only");
    }

    @Test
    void imagesThatCannotBeReadAreNamedWithTheirLine() {
        assertThat(Trial.of(AskingSamples.ForNonsense.class).failures())
                .singleElement()
                .asString()
                .contains("@ClusterTest(images = \"clock:1.0: {readyAfter: soon}\")")
                .contains("readyAfter");
    }
}
