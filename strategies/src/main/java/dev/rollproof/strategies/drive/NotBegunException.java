// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ClusterException;

/** A rollout whose first write was refused: nothing was changed. */
public final class NotBegunException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ClusterException refused;

    NotBegunException(ClusterException refused) {
        super(refused.getMessage(), refused);
        this.refused = refused;
    }

    /** Why. */
    public ClusterException refused() {
        return refused;
    }
}
