// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.compare;

import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.compare.Scenario;
import dev.rollproof.strategies.compare.TestBed;
import dev.rollproof.strategies.plan.Resources;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Simulated clusters to compare strategies on. Thread-safe, as long as nobody declares images meanwhile. */
public final class SimulatedBeds implements TestBed.Source {
    private static final int PODS_OF_A_NODE = 110;
    private static final BigDecimal CPUS_OF_A_NODE = BigDecimal.valueOf(8);
    private static final BigDecimal MEMORY_OF_A_NODE = BigDecimal.valueOf(16L << 30);

    private final Images images;
    private final int nodes;

    /**
     * @param images what images do, in each of the clusters
     * @param nodes how many nodes each has
     */
    public SimulatedBeds(Images images, int nodes) {
        this.images = images;
        this.nodes = nodes;
    }

    /**
     * So many nodes that no strategy waits for room: three whole versions fit on them, since pods that go are there beside two.
     */
    public static int nodesFor(Scenario scenario) {
        Deployment d = scenario.before();
        int pods = 3 * (d.getSpec().getReplicas() == null ? 1 : d.getSpec().getReplicas());
        Resources one = Resources.of(d.getSpec().getTemplate().getSpec());
        int byPods = ceil(BigDecimal.valueOf(pods), BigDecimal.valueOf(PODS_OF_A_NODE));
        return Math.max(
                byPods, Math.max(nodes(pods, one.cpu(), CPUS_OF_A_NODE), nodes(pods, one.memory(), MEMORY_OF_A_NODE)));
    }

    /** A pod is on one node, so what is left of a node may be of no use. */
    private static int nodes(int pods, BigDecimal each, BigDecimal room) {
        if (each.signum() <= 0 || each.compareTo(room) > 0) {
            return 1;
        }
        return ceil(BigDecimal.valueOf(pods), room.divide(each, 0, RoundingMode.FLOOR));
    }

    private static int ceil(BigDecimal all, BigDecimal each) {
        return all.divide(each, 0, RoundingMode.CEILING).intValueExact();
    }

    @Override
    public TestBed open(long seed) {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .seed(seed)
                .nodes(nodes)
                .images(new Images().addAll(images))
                .build();
        return new TestBed(cluster, cluster.traffic());
    }
}
