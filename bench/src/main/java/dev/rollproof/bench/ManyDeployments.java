// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.SimulatedCluster;
import java.time.Duration;
import java.util.Locale;

/**
 * Rolls many Deployments of ten pods out at once, each from one version to the next, and prints what it took. Arguments:
 * numbers of Deployments, one run each; default 1000. Give the heap's limit with {@code -Xmx}.
 */
public final class ManyDeployments {
    private ManyDeployments() {}

    public static void main(String[] args) {
        System.out.printf(
                "%12s %10s %14s %14s %14s %14s%n",
                "deployments", "pods", "create s", "roll out s", "us per pod", "heap used MiB");
        for (String count : args.length == 0 ? new String[] {"1000"} : args) {
            run(Integer.parseInt(count));
        }
    }

    private static void run(int deployments) {
        int podsPerNode = 110;
        int nodes = deployments * 14 / podsPerNode + 1;
        try (SimulatedCluster cluster = SimulatedCluster.builder().nodes(nodes).build()) {
            long started = System.nanoTime();
            for (int i = 0; i < deployments; i++) {
                cluster.create(Clocks.deployment("clock-" + i, 10, "clock:1.0"), WriteOptions.defaults());
            }
            cluster.advance(Duration.ofMinutes(5));
            long created = System.nanoTime();
            for (int i = 0; i < deployments; i++) {
                Clocks.setImage(cluster, "clock-" + i, "clock:1.1");
            }
            cluster.advance(Duration.ofMinutes(10));
            long rolledOut = System.nanoTime();
            for (int i = 0; i < deployments; i++) {
                Clocks.requireComplete(cluster, "clock-" + i);
            }
            System.gc();
            long used =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            System.out.printf(
                    Locale.ROOT,
                    "%12d %10d %14.2f %14.2f %14.1f %14d%n",
                    deployments,
                    deployments * 10,
                    (created - started) / 1e9,
                    (rolledOut - created) / 1e9,
                    (rolledOut - created) / 1e3 / (deployments * 10),
                    used >> 20);
        }
    }
}
