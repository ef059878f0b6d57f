// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Verdict;
import org.junit.jupiter.api.Test;

/**
 * A version that runs and never gets ready. It may be slow only: nobody but its owner knows how long is too long.
 *
 * <p>The owner says it by {@code progressDeadlineSeconds}, and then the verdict comes when that has passed. Whether by the
 * deadline or by the timeout, it names the probe that fails and what it answered.
 */
class NeverReadyLesson extends FailureLesson {
    @Override
    Clock failing() {
        return clock().version("1.1").neverReady().progressDeadline(15);
    }

    @Override
    void tellsTheCause(Evidence evidence) {
        // The deadline counts from a time that the server writes in whole seconds, the verdict's from its answer, which
        // the door delays.
        assertThat(evidence.elapsed()).isGreaterThan(ofSeconds(isThroughTheDoor() ? 12 : 14));
        assertThat(evidence.causes())
                .extracting(Cause::reason)
                .containsExactly("ContainersNotReady", "ProgressDeadlineExceeded");
        assertThat(evidence.causes().get(0).message())
                .isEqualTo("container \"web\" runs and is not ready: Readiness probe failed: HTTP probe failed with"
                        + " statuscode: 503");
    }

    @Test
    void withoutADeadlineItTimesOutAndTheProbeIsNamed() throws InterruptedException {
        Verdict verdict = Rollout.of(
                        clock().version("1.1").neverReady().replicas(1).deployment())
                .within(ofSeconds(8))
                .run(cluster);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("ContainersNotReady");
        assertThat(verdict.summary()).contains("Readiness probe failed");
    }
}
