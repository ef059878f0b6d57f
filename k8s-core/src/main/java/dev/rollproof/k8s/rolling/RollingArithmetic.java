// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.rolling;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a rolling update sizes its ReplicaSets. It adds up what is asked for and what is reported available; pods that
 * terminate appear in neither.
 */
public final class RollingArithmetic {
    private RollingArithmetic() {}

    /** One ReplicaSet: asked for, and reported available. */
    public record Size(int spec, int available) {}

    /**
     * What an attempt to scale down came to.
     *
     * @param specs the new sizes, in the order of the old ones
     * @param pods how many pods fewer
     * @param cleaned the sizes when only unhealthy pods were taken away: these are written first
     */
    public record Down(List<Integer> specs, int pods, List<Integer> cleaned) {
        Down(List<Integer> specs, int pods) {
            this(specs, pods, specs);
        }
    }

    /**
     * The size for the new ReplicaSet while there may be {@code replicas + surge} pods in all.
     *
     * @param allSpecs the sum of all sizes, the new one's too
     */
    public static int newReplicas(boolean rolling, int replicas, int surge, int allSpecs, int newSpec) {
        if (!rolling) {
            return replicas;
        }
        int cap = replicas + surge;
        return allSpecs >= cap ? newSpec : newSpec + Math.min(cap - allSpecs, replicas - newSpec);
    }

    /** The size that a sync gives the new ReplicaSet; the one it has where there is nothing to do. */
    public static int reconcileNew(boolean rolling, int replicas, int surge, int allSpecs, int newSpec) {
        if (newSpec == replicas) {
            return newSpec;
        }
        return newSpec > replicas ? replicas : newReplicas(rolling, replicas, surge, allSpecs, newSpec);
    }

    /**
     * Scales the old ReplicaSets down: first their unhealthy pods, then as many as are available beyond need.
     *
     * @param old oldest first
     * @param fresh the new ReplicaSet
     */
    public static Down reconcileOld(int replicas, int unavailable, List<Size> old, Size fresh) {
        int oldSpecs = 0;
        List<Integer> unchanged = new ArrayList<>(old.size());
        for (Size size : old) {
            oldSpecs += size.spec;
            unchanged.add(size.spec);
        }
        int minAvailable = replicas - unavailable;
        int room = oldSpecs + fresh.spec - minAvailable - (fresh.spec - fresh.available);
        if (oldSpecs == 0 || room <= 0) {
            return new Down(unchanged, 0);
        }
        Down cleaned = cleanupUnhealthy(old, room);
        if (cleaned == null) {
            return new Down(unchanged, 0);
        }
        List<Size> after = new ArrayList<>();
        for (int i = 0; i < old.size(); i++) {
            after.add(new Size(cleaned.specs.get(i), old.get(i).available));
        }
        Down scaled = scaleDown(minAvailable, after, fresh.available);
        return new Down(scaled.specs, cleaned.pods + scaled.pods, cleaned.specs);
    }

    /**
     * Takes away pods that are asked for and not available.
     *
     * @return null where a ReplicaSet reports more available pods than it is asked for, as it does while its status lags:
     *     the whole scale-down is given up then
     */
    public static @Nullable Down cleanupUnhealthy(List<Size> old, int most) {
        List<Integer> specs = new ArrayList<>();
        int done = 0;
        for (Size size : old) {
            int spec = size.spec;
            if (done < most && spec != 0 && spec != size.available) {
                int less = Math.min(most - done, spec - size.available);
                if (less < 0) {
                    return null;
                }
                spec -= less;
                done += less;
            }
            specs.add(spec);
        }
        return new Down(specs, done);
    }

    /** Takes away as many pods as are available beyond the minimum, from the oldest first. */
    public static Down scaleDown(int minAvailable, List<Size> old, int freshAvailable) {
        int surplus = freshAvailable - minAvailable;
        for (Size size : old) {
            surplus += size.available;
        }
        List<Integer> specs = new ArrayList<>();
        int done = 0;
        for (Size size : old) {
            int less = surplus <= 0 ? 0 : Math.min(size.spec, surplus - done);
            specs.add(size.spec - less);
            done += less;
        }
        return new Down(specs, done);
    }
}
