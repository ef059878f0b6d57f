// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import java.util.List;

/**
 * Why a pod cannot go to a node.
 *
 * @param reasons in the scheduler's words, such as {@code Insufficient cpu}; one or more
 * @param isForGood whether it could not go there either if all other pods were gone; what the scheduler calls unresolvable
 */
public record Refusal(List<String> reasons, boolean isForGood) {
    public Refusal {
        reasons = List.copyOf(reasons);
    }

    /** What the pods that are there now stand in the way of. */
    public static Refusal forNow(String reason) {
        return new Refusal(List.of(reason), false);
    }

    /** What no pod's leaving would change. */
    public static Refusal forGood(String reason) {
        return new Refusal(List.of(reason), true);
    }
}
