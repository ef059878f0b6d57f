// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.ReplicaRatio.Counts;
import java.util.OptionalInt;

/**
 * How many pods two versions have while a route splits the requests between them: Argo Rollouts' rule for a canary with a traffic
 * router (utils/replicaset/canary.go). The old version keeps all its pods, unless it is to shrink with its weight. Pure arithmetic.
 *
 * @param before pods of the old version alone
 * @param after pods of the new version alone
 * @param canaryPods how many the canary has at every weight; empty for as many as the weight asks for, rounded up
 * @param dynamicStableScale whether the old version shrinks as its weight does
 */
record RoutedScale(int before, int after, OptionalInt canaryPods, boolean dynamicStableScale) {
    /**
     * The pods that are needed to go from one weight to another: enough for either, so that neither is short before the route has
     * followed or after it has.
     *
     * @param wanted the canary's weight in percent, to which it goes
     * @param inForce the one that the route has now
     */
    Counts counts(int wanted, int inForce) {
        int stable = dynamicStableScale ? part(before, 100 - Math.min(wanted, inForce)) : before;
        return new Counts(Math.max(canary(wanted), canary(inForce)), stable);
    }

    private int canary(int weight) {
        return weight == 0 ? 0 : canaryPods.orElse(part(after, weight));
    }

    private static int part(int replicas, int weight) {
        return Math.toIntExact(((long) replicas * weight + 99) / 100);
    }
}
