// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;

/**
 * A broken image: its program is {@code false}, so its container exits with 1 at once, is started again, exits again.
 *
 * <p>The first restart may be bad luck. After the second end the kubelet itself speaks of a loop, and so does the verdict: it
 * takes as long as it takes a container to crash twice.
 */
class BrokenImageLesson extends FailureLesson {
    @Override
    Clock failing() {
        return clock().version("broken");
    }

    @Override
    void tellsTheCause(Evidence evidence) {
        Cause cause = evidence.causes().get(0);
        assertThat(cause.reason()).isEqualTo("CrashLoopBackOff");
        assertThat(cause.message()).isEqualTo("container \"web\" crashed 2 times with exit 1");
    }
}
