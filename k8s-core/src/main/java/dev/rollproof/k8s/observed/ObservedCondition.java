// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.time.Instant;
import java.util.Optional;

/**
 * A condition in an object's status.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason a word for programs; {@code ""} where none is given
 * @param message a sentence for people; its wording changes between versions of Kubernetes
 */
public record ObservedCondition(
        String type,
        String status,
        String reason,
        String message,
        Optional<Instant> lastUpdateTime,
        Optional<Instant> lastTransitionTime) {
    public boolean isTrue() {
        return status.equals("True");
    }

    public boolean isFalse() {
        return status.equals("False");
    }
}
