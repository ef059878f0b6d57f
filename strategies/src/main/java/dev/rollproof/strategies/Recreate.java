// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import java.util.Optional;

/**
 * All old pods go, then the new ones come: never two versions at once, and nobody serves in between. A Deployment that is only
 * scaled does not go through this, and a pod that is deleted by hand is replaced before it is gone.
 */
public record Recreate() implements Strategy {
    private static final Recreate INSTANCE = new Recreate();

    /** There is nothing to choose. */
    public static Recreate of() {
        return INSTANCE;
    }

    /** This strategy as a Deployment's {@code spec.strategy}: a new model at each call. */
    public DeploymentStrategy toModel() {
        DeploymentStrategy model = new DeploymentStrategy();
        model.setType("Recreate");
        return model;
    }

    @Override
    public String explain(int replicas) {
        return "all " + replicas + " old pods go before the first new one comes";
    }

    /** The strategy in {@code next} does not matter. */
    @Override
    public Plan plan(Deployment current, Deployment next, Assumptions assumptions) {
        Deployment planned = Models.copy(next);
        planned.getSpec().setStrategy(toModel());
        return Plan.of(Optional.of(current), planned, assumptions);
    }
}
