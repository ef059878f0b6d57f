// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static dev.rollproof.verifier.Deployments.CLOCK;
import static dev.rollproof.verifier.Deployments.clock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.Faults.Verb;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class RolloutActionsTest extends Rolling {
    private RolloutActions actions;
    private RolloutVerifier verifier;

    @BeforeEach
    void take() {
        actions = RolloutActions.on(cluster);
        verifier = RolloutVerifier.on(cluster);
    }

    private void rolledOut(String... images) throws InterruptedException {
        verifier.verify(actions.apply(clock(3, images[0]))).orElseThrow();
        for (String image : List.of(images).subList(1, images.length)) {
            verifier.verify(actions.setImage(CLOCK, "web", image)).orElseThrow();
        }
    }

    private List<String> history() {
        return actions.history(CLOCK).stream()
                .map(revision -> revision.number() + " "
                        + revision.template().images().get(0) + (revision.current() ? " (now)" : ""))
                .toList();
    }

    private String image() {
        return current()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage();
    }

    private Deployment current() {
        return cluster.get(Deployment.class, "default", "clock").orElseThrow();
    }

    @Test
    void undoRenumbersTheRevisionsAndUsesTheirReplicaSetsAgain() throws InterruptedException {
        rolledOut("clock:1", "clock:2", "clock:3");
        assertThat(history()).containsExactly("1 clock:1", "2 clock:2", "3 clock:3 (now)");
        verifier.verify(actions.undo(CLOCK)).orElseThrow();
        assertThat(history()).containsExactly("1 clock:1", "3 clock:3", "4 clock:2 (now)");
        verifier.verify(actions.undo(CLOCK)).orElseThrow();
        assertThat(history()).containsExactly("1 clock:1", "4 clock:2", "5 clock:3 (now)");
        verifier.verify(actions.undo(CLOCK, 1)).orElseThrow();
        assertThat(history()).containsExactly("4 clock:2", "5 clock:3", "6 clock:1 (now)");
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace("default")))
                .hasSize(3);
    }

    @Test
    void undoOfAChangeThatTheControllerHasNotSeenYetGoesOneBackNotTwo() throws InterruptedException {
        rolledOut("clock:1", "clock:2");
        actions.setImage(CLOCK, "web", "clock:3");
        actions.undo(CLOCK);
        assertThat(image()).isEqualTo("clock:2");
    }

    @Test
    void undoBringsTheChangeCauseOfItsRevisionBack() throws InterruptedException {
        Deployment first = clock(3, "clock:1");
        first.getMetadata().setAnnotations(Map.of("kubernetes.io/change-cause", "the first"));
        verifier.verify(actions.apply(first)).orElseThrow();
        Deployment second = clock(3, "clock:2");
        second.getMetadata().setAnnotations(Map.of("kubernetes.io/change-cause", "the second"));
        verifier.verify(actions.apply(second)).orElseThrow();
        assertThat(actions.history(CLOCK)).extracting(Revision::changeCause).containsExactly("the first", "the second");
        verifier.verify(actions.undo(CLOCK)).orElseThrow();
        assertThat(current().getMetadata().getAnnotations()).containsEntry("kubernetes.io/change-cause", "the first");
    }

    @Test
    void whatCannotBeUndoneIsRefusedInKubectlsWordsAndChangesNothing() throws InterruptedException {
        rolledOut("clock:1");
        long before = current().getMetadata().getGeneration();
        assertThatThrownBy(() -> actions.undo(CLOCK))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage("no rollout history found for deployment \"clock\"");
        assertThatThrownBy(() -> actions.undo(CLOCK, 99))
                .hasMessage("unable to find specified revision 99 in history of deployment \"clock\"");
        assertThatThrownBy(() -> actions.undo(new ObjectRef("Deployment", "default", "nothere")))
                .hasMessage("Deployment/nothere in default does not exist");
        actions.pause(CLOCK);
        assertThatThrownBy(() -> actions.undo(CLOCK, 1))
                .hasMessage("deployment \"clock\" is paused and cannot be rolled back; resume it first and try again");
        assertThat(current().getMetadata().getGeneration()).isEqualTo(before + 1);
    }

    @Test
    void pauseHoldsAndResumeLetsGo() throws InterruptedException {
        rolledOut("clock:1");
        actions.pause(CLOCK);
        assertThatThrownBy(() -> actions.pause(CLOCK)).hasMessage("deployment \"clock\" is already paused");
        actions.setImage(CLOCK, "web", "clock:2");
        skip(java.time.Duration.ofMinutes(1));
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace("default")))
                .hasSize(1);
        verifier.verify(actions.resume(CLOCK)).orElseThrow();
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace("default")))
                .hasSize(2);
        assertThatThrownBy(() -> actions.resume(CLOCK)).hasMessage("deployment \"clock\" is not paused");
    }

    @Test
    void twoRestartsWithinASecondAreTwo() throws InterruptedException {
        rolledOut("clock:1");
        actions.restart(CLOCK);
        Deployment again = actions.restart(CLOCK);
        verifier.verify(again).orElseThrow();
        assertThat(again.getMetadata().getGeneration()).isEqualTo(3);
        assertThat(again.getSpec().getTemplate().getMetadata().getAnnotations())
                .containsKey("kubectl.kubernetes.io/restartedAt");
        actions.pause(CLOCK);
        assertThatThrownBy(() -> actions.restart(CLOCK))
                .hasMessage("deployment \"clock\" is paused and cannot be restarted; resume it first and try again");
    }

    @Test
    void scaleSetsTheReplicasAndNothingElse() throws InterruptedException {
        rolledOut("clock:1");
        Deployment scaled = actions.scale(CLOCK, 5);
        assertThat(scaled.getSpec().getReplicas()).isEqualTo(5);
        assertThat(scaled.getMetadata().getGeneration()).isEqualTo(2);
        assertThatThrownBy(() -> actions.scale(CLOCK, -1)).hasMessage("replicas must not be negative, was -1");
    }

    @Test
    void setImageNamesTheContainersThatThereAre() throws InterruptedException {
        rolledOut("clock:1");
        assertThatThrownBy(() -> actions.setImage(CLOCK, "wob", "clock:2"))
                .hasMessage("unable to find container named \"wob\" in deployment \"clock\"; it has [web]");
        assertThatThrownBy(() -> actions.setImage(CLOCK, "web", " ")).hasMessage("image must not be blank");
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void somebodyElsesWriteInBetweenIsMetByReadingAgain() throws InterruptedException {
        rolledOut("clock:1");
        simulated.faults().failNext(Call.to(Verb.PATCH).on(Deployment.class), Reason.CONFLICT);
        assertThat(actions.setImage(CLOCK, "web", "clock:2")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers())
                .extracting(io.fabric8.kubernetes.api.model.Container::getImage)
                .containsExactly("clock:2");
    }

    @Test
    void aFightIsGivenUpWithTheServersWord() throws InterruptedException {
        rolledOut("clock:1");
        simulated.faults().failFrom(1, 100, Call.to(Verb.PATCH).on(Deployment.class), Reason.CONFLICT);
        assertThatThrownBy(() -> actions.setImage(CLOCK, "web", "clock:2"))
                .isInstanceOfSatisfying(
                        ClusterException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT));
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void applyGoesFromRollingUpdateToRecreateWhereTheServersOwnDefaultIsInTheWay() throws InterruptedException {
        rolledOut("clock:1");
        Deployment recreate = clock(3, "clock:2");
        recreate.getSpec()
                .setStrategy(
                        new DeploymentStrategyBuilder().withType("Recreate").build());
        assertThatThrownBy(() -> cluster.apply(recreate, WriteOptions.defaults()))
                .hasMessageContaining("spec.strategy.rollingUpdate: Forbidden");
        RolloutActions dry = actions.with(WriteOptions.defaults().withDryRun());
        assertThat(dry.apply(recreate).getSpec().getStrategy().getType()).isEqualTo("Recreate");
        assertThat(current().getSpec().getStrategy().getType())
                .as("a dry run changes nothing")
                .isEqualTo("RollingUpdate");
        Verdict verdict = verifier.verify(actions.apply(recreate));
        assertThat(verdict.isComplete()).isTrue();
        assertThat(current().getSpec().getStrategy().getRollingUpdate()).isNull();
        assertThat(image()).isEqualTo("clock:2");
    }

    @Test
    void applyOfARecreateThatIsWrongElsewhereChangesNothing() throws InterruptedException {
        rolledOut("clock:1");
        Deployment wrong = clock(-3, "clock:2");
        wrong.getSpec()
                .setStrategy(
                        new DeploymentStrategyBuilder().withType("Recreate").build());
        assertThatThrownBy(() -> actions.apply(wrong)).hasMessageContaining("spec.replicas");
        assertThat(current().getMetadata().getGeneration()).isEqualTo(1);
    }

    @Test
    void onlyDeploymentsHaveRolloutsToChange() {
        assertThatThrownBy(() -> actions.pause(new ObjectRef("DaemonSet", "default", "x")))
                .hasMessage("only Deployments have rollouts that can be changed, not DaemonSet/x in default");
    }
}
