// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import java.util.Objects;

/**
 * Why a rollout failed, or what it waits for.
 *
 * @param reason a word for programs: Kubernetes' own where it has one, such as {@code CrashLoopBackOff}
 * @param message a sentence for people
 * @param pod the pod that shows it; {@code ""} where no pod does
 * @param container the container that shows it; {@code ""} where none does
 * @param count how many pods show it; 0 where no pod does
 */
public record Cause(String reason, String message, String pod, String container, int count) {
    public Cause {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(pod, "pod");
        Objects.requireNonNull(container, "container");
    }

    /** Such as {@code CrashLoopBackOff: container "clock" crashed with exit 1 2 times (pod clock-5d8f-x2x7p and 1 more)}. */
    @Override
    public String toString() {
        String where = pod.isEmpty() ? "" : " (pod " + pod + (count > 1 ? " and " + (count - 1) + " more" : "") + ")";
        return reason + ": " + message + where;
    }
}
