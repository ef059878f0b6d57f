// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.Reasons;
import dev.rollproof.verifier.Evidence;

/**
 * A volume of a Secret that is not there: it was to be applied first, and was forgotten.
 *
 * <p>No status tells. The container is {@code ContainerCreating} for ever, as one whose image takes long; only the kubelet's events say why,
 * each time it tries to mount the volume: after half a second, one, two, four, eight seconds. The Secret may come between two tries. So
 * the verdict waits until the kubelet misses it again ten seconds after it was first missed.
 */
class MissingSecretLesson extends FailureLesson {
    @Override
    Clock failing() {
        return clock().version("1.1").mountsSecret("clock-secret");
    }

    @Override
    void tellsTheCause(Evidence evidence) {
        assertThat(evidence.causes().get(0).reason()).isEqualTo(Reasons.MOUNT);
        assertThat(evidence.causes().get(0).message())
                .isEqualTo("MountVolume.SetUp failed for volume \"secret\" : secret \"clock-secret\" not found");
    }
}
