// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import org.junit.jupiter.api.Test;

/**
 * Scaling: another number of the same pods. No new version, so no new ReplicaSet and no new revision; and yet somebody waits for
 * it, so it is verified like a rollout, also down and to nothing.
 */
class ScalingLesson extends Lesson {
    @Test
    void fromFourToTenToOneToNoneToThree() throws InterruptedException {
        for (int replicas : new int[] {4, 10, 1, 0, 3}) {
            Verdict verdict = rollOut(clock().replicas(replicas)).orElseThrow();
            assertThat(ready("1.0")).as("%d replicas", replicas).isEqualTo(replicas);
            assertThat(pods().stream().filter(ObservedPod::live)).hasSize(replicas);
            figure("scaled to %d after %s", replicas, seconds(verdict.evidence().elapsed()));
        }
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace.name())))
                .hasSize(1);
        assertThat(actions().history(clock().ref())).hasSize(1);
    }
}
