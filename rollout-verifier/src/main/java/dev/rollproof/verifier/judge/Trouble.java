// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that holds a rollout up.
 *
 * @param key tells this trouble from others, and is the same while its wording changes
 * @param grace how long it may last before the rollout counts as failed; empty for what is reported and never fails by itself
 */
record Trouble(String key, Cause cause, Optional<Duration> grace) {
    static Trouble fatalAfter(Duration grace, String key, Cause cause) {
        return new Trouble(key, cause, Optional.of(grace));
    }

    static Trouble reported(String key, Cause cause) {
        return new Trouble(key, cause, Optional.empty());
    }

    /** The same trouble, said otherwise, and failing no earlier than after a time. */
    Trouble saying(String message, Duration atLeast) {
        return new Trouble(
                key,
                new Cause(cause.reason(), message, cause.pod(), cause.container(), cause.count()),
                grace.map(usual -> usual.compareTo(atLeast) < 0 ? atLeast : usual));
    }
}
