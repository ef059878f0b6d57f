// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import org.jspecify.annotations.Nullable;

/**
 * Creates many things in batches of 1, 2, 4 and so on, and stops after a batch in which one failed: a server that refuses
 * all is asked once, not a thousand times.
 *
 * @param calls how many were tried
 * @param successes how many of them went well
 * @param error the first failure; null for none
 */
record SlowStart(int calls, int successes, @Nullable ClusterException error) {
    static SlowStart run(int count, Runnable create) {
        int calls = 0;
        int successes = 0;
        for (int batch = Math.min(count, 1); batch > 0; batch = Math.min(2 * batch, count - calls)) {
            ClusterException error = null;
            for (int i = 0; i < batch; i++) {
                calls++;
                try {
                    create.run();
                    successes++;
                } catch (ClusterException refused) {
                    error = error == null ? refused : error;
                }
            }
            if (error != null) {
                return new SlowStart(calls, successes, error);
            }
        }
        return new SlowStart(calls, successes, null);
    }
}
