// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ClusterException;

/** A rollout whose first write was refused, or got no answer for too long. */
public final class NotBegunException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ClusterException refused;

    NotBegunException(ClusterException refused) {
        super(refused.getMessage(), refused);
        this.refused = refused;
    }

    /** Whether somebody, most often a controller, wrote to the Deployment since it was read: then it may be begun again. */
    public boolean isRace() {
        return Keeper.isRace(refused);
    }

    /** Why. */
    public ClusterException refused() {
        return refused;
    }
}
