// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test a simulated cluster of its own, with the images that the real one has. */
final class Simulated implements ParameterResolver {
    private final String minor;

    /** @param minor the version of Kubernetes that is simulated */
    Simulated(String minor) {
        this.minor = minor;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(Cluster.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // In the store of the test, which closes it.
        return context.getStore(Namespace.create(Simulated.class))
                .computeIfAbsent(SimulatedCluster.class, type -> create(), SimulatedCluster.class);
    }

    private SimulatedCluster create() {
        ImageBehavior wellBehaved = ImageBehavior.wellBehaved();
        return SimulatedCluster.builder()
                .kubernetes(minor)
                .images(new Images()
                        .declare("clock:1.0", wellBehaved)
                        .declare("clock:1.1", wellBehaved)
                        .declare("clock:1.2", wellBehaved)
                        .declare("clock:never", wellBehaved.neverReady())
                        .declare(
                                "clock:broken",
                                wellBehaved.crashesAfter(Duration.ZERO).withExitCode(3))
                        .declare("clock:deaf", wellBehaved.ignoresSigterm())
                        .unknownAreNotFound())
                .build();
    }
}
