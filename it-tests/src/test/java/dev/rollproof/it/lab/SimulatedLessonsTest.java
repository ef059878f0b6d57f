// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lab;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lessons on the simulated cluster: nothing to install, no time to wait. */
class SimulatedLessonsTest extends Lessons {
    @RegisterExtension
    static final ParameterResolver SIMULATION = new ParameterResolver() {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType().equals(Cluster.class);
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            ImageBehavior wellBehaved = ImageBehavior.wellBehaved();
            Images images = new Images()
                    .declare("clock:1.0", wellBehaved)
                    .declare("clock:1.1", wellBehaved)
                    .declare("clock:never", wellBehaved.neverReady())
                    .declare(
                            "clock:broken",
                            wellBehaved.crashesAfter(Duration.ZERO).withExitCode(3))
                    .unknownAreNotFound();
            return SimulatedCluster.builder().images(images).build();
        }
    };
}
