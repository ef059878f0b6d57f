// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import java.util.Set;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.jupiter.api.parallel.Resources;

/** What lessons may not share while they run, on a cluster that is everybody's. Simulated ones are a test's own, and so is their time. */
final class OnRealClusters {
    private OnRealClusters() {}

    private static boolean chosen() {
        return Set.of("k3s", "kubeconfig").contains(System.getProperty("rollproof.cluster", ""));
    }

    /** Moments are measured, or all are disturbed: nobody else may run meanwhile. */
    static final class Alone implements ResourceLocksProvider {
        @Override
        public Set<Lock> provideForClass(Class<?> lesson) {
            return chosen() ? Set.of(new Lock(Resources.GLOBAL)) : Set.of();
        }
    }
}
