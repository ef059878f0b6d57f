// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;

/**
 * All old pods go, then the new ones come: never two versions at once, and nobody serves in between. A Deployment that is only
 * scaled does not go through this, and a pod that is deleted by hand is replaced before it is gone.
 */
public record Recreate() implements Strategy {
    private static final Recreate INSTANCE = new Recreate();

    public static Recreate of() {
        return INSTANCE;
    }

    @Override
    public DeploymentStrategy toModel() {
        DeploymentStrategy model = new DeploymentStrategy();
        model.setType("Recreate");
        return model;
    }

    @Override
    public String explain(int replicas) {
        return "all " + replicas + " old pods go before the first new one comes";
    }
}
