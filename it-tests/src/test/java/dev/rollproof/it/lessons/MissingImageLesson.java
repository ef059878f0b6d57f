// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.verifier.Evidence;

/**
 * An image that cannot be pulled: somebody mistyped the tag, or never pushed it.
 *
 * <p>The kubelet says so at its first attempt. It shows {@code ErrImagePull} and {@code ImagePullBackOff} in turns, so no single
 * look tells the truth; they are one trouble. A tag that the registry does not know is no hiccup of the network, and needs no
 * patience.
 */
class MissingImageLesson extends FailureLesson {
    @Override
    Clock failing() {
        return clock().image("localhost/clock:nope");
    }

    @Override
    void tellsTheCause(Evidence evidence) {
        assertThat(evidence.causes().get(0).reason()).isEqualTo("ErrImagePull");
        assertThat(evidence.causes().get(0).message())
                .contains("localhost/clock:nope")
                .contains("not found");
    }
}
