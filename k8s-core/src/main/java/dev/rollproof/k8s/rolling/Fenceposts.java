// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.rolling;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedDeployment.UpdateStrategy;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import org.jspecify.annotations.Nullable;

/**
 * How far a rolling update may go above and below the wanted size, as numbers of pods.
 *
 * @param surge pods above; not capped at the wanted size
 * @param unavailable pods below
 */
public record Fenceposts(int surge, int unavailable) {
    public static final Fenceposts NONE = new Fenceposts(0, 0);

    /**
     * Percentages of the surge are rounded up, of the unavailable pods down; where both come to zero, one pod may be
     * unavailable, or the rollout would never move.
     *
     * @throws IllegalArgumentException for a text that is not a percentage
     */
    public static Fenceposts resolve(
            @Nullable IntOrString maxSurge, @Nullable IntOrString maxUnavailable, int desired) {
        int surge = scaled(maxSurge, desired, true);
        int unavailable = scaled(maxUnavailable, desired, false);
        return surge == 0 && unavailable == 0 ? new Fenceposts(0, 1) : new Fenceposts(surge, unavailable);
    }

    /** What a Deployment may do: nothing unless it rolls, and no more pods below than there are. */
    public static Fenceposts of(Deployment deployment) {
        if (!isRolling(deployment)) {
            return NONE;
        }
        var strategy = deployment.getSpec().getStrategy();
        RollingUpdateDeployment rolling = strategy == null ? null : strategy.getRollingUpdate();
        int replicas = replicas(deployment);
        Fenceposts resolved = rolling == null
                ? resolve(null, null, replicas)
                : resolve(rolling.getMaxSurge(), rolling.getMaxUnavailable(), replicas);
        return resolved.cappedAt(replicas);
    }

    /** What an observed Deployment may do; see {@link #of(Deployment)}. */
    public static Fenceposts of(ObservedDeployment deployment) {
        UpdateStrategy strategy = deployment.strategy();
        if (strategy.isRecreate()) {
            return NONE;
        }
        return resolve(model(strategy.maxSurge()), model(strategy.maxUnavailable()), deployment.replicas())
                .cappedAt(deployment.replicas());
    }

    private static IntOrString model(String text) {
        return text.endsWith("%") ? new IntOrString(text) : new IntOrString(Integer.parseInt(text));
    }

    /** No more pods may be missing than are wanted. */
    public Fenceposts cappedAt(int replicas) {
        return new Fenceposts(surge, Math.min(unavailable, replicas));
    }

    public static boolean isRolling(Deployment deployment) {
        var strategy = deployment.getSpec().getStrategy();
        return strategy == null
                || strategy.getType() == null
                || strategy.getType().equals("RollingUpdate");
    }

    public static int replicas(Deployment deployment) {
        Integer replicas = deployment.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    /** The least number of available pods; zero unless the Deployment rolls. */
    public static int minAvailable(Deployment deployment) {
        return isRolling(deployment) ? replicas(deployment) - of(deployment).unavailable : 0;
    }

    /**
     * A number of pods, or a share of so many.
     *
     * @param value 0 pods where it is null
     * @param up whether a share is rounded up
     * @throws IllegalArgumentException for a text that is not a percentage
     */
    public static int scaled(@Nullable IntOrString value, int total, boolean up) {
        if (value == null) {
            return 0;
        }
        Integer number = value.getIntVal();
        if (number != null) {
            return number;
        }
        String text = value.getStrVal();
        if (text == null) {
            return 0;
        }
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException(
                    "invalid value for IntOrString: invalid type: string is not a percentage");
        }
        try {
            long percent = Integer.parseInt(text.substring(0, text.length() - 1));
            return (int) ((percent * total + (up ? 99 : 0)) / 100);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid value \"" + text + "\": not a percentage", e);
        }
    }
}
