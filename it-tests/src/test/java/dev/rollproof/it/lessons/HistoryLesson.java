// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.verifier.Revision;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * History and undo: a Deployment keeps the ReplicaSets of its former versions, at size zero. To undo is to take such a template
 * again, and so to roll forward to it.
 *
 * <p>The ReplicaSet is used again and gets a new number: revision numbers are not identities, and a second undo goes forth
 * again, not further back.
 */
class HistoryLesson extends Lesson {
    @Test
    void undoGoesBackAndForthAndToARevision() throws InterruptedException {
        // given three versions, one after the other
        rollOut(one().version("1.0")).orElseThrow();
        rollOut(one().version("1.1")).orElseThrow();
        rollOut(one().version("1.2")).orElseThrow();
        assertThat(history()).containsExactly("1 clock:1.0", "2 clock:1.1", "3 clock:1.2, current");

        // when the last is undone, then its undoing; each time a rollout, verified
        verify(actions().undo(clock().ref())).orElseThrow();
        assertThat(history()).containsExactly("1 clock:1.0", "3 clock:1.2", "4 clock:1.1, current");
        assertThat(ready("1.1")).isEqualTo(1);

        verify(actions().undo(clock().ref())).orElseThrow();
        assertThat(history()).containsExactly("1 clock:1.0", "4 clock:1.1", "5 clock:1.2, current");

        // and the first revision is asked for by its number
        verify(actions().undo(clock().ref(), 1)).orElseThrow();
        assertThat(history()).containsExactly("4 clock:1.1", "5 clock:1.2", "6 clock:1.0, current");
        assertThat(ready("1.0")).isEqualTo(1);

        // then six rollouts have made three ReplicaSets
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace.name())))
                .hasSize(3);
    }

    @Test
    void editingBackIsAnUndoToo() throws InterruptedException {
        rollOut(one().version("1.0")).orElseThrow();
        rollOut(one().version("1.1")).orElseThrow();
        rollOut(one().version("1.0")).orElseThrow();
        assertThat(history()).containsExactly("2 clock:1.1", "3 clock:1.0, current");
    }

    @Test
    void aRestartReplacesAllPodsByOthersOfTheSameVersion() throws InterruptedException {
        rollOut(one()).orElseThrow();
        List<String> before = names();
        verify(actions().restart(clock().ref())).orElseThrow();
        assertThat(names()).hasSize(1).doesNotContainAnyElementsOf(before);
        assertThat(ready("1.0")).isEqualTo(1);
    }

    /** How many there are means nothing here. */
    private Clock one() {
        return clock().replicas(1);
    }

    private List<String> names() {
        return pods().stream()
                .filter(ObservedPod::live)
                .map(pod -> pod.metadata().name())
                .toList();
    }

    private List<String> history() {
        return actions().history(clock().ref()).stream()
                .map(HistoryLesson::line)
                .toList();
    }

    private static String line(Revision revision) {
        return revision.number() + " " + revision.template().images().get(0) + (revision.current() ? ", current" : "");
    }
}
