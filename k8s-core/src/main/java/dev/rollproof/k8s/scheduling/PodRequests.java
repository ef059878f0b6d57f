// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod asks a node for, as Kubernetes adds it up (component-helpers, resource.PodRequests): the {@linkplain PodTotal total} of
 * its containers, or what is requested for the pod as a whole instead, and its overhead. Where there is a limit and no request, the limit is requested.
 *
 * @param milliCpu thousandths of a core, rounded up
 * @param memory bytes, rounded up
 */
public record PodRequests(long milliCpu, long memory) {
    private static final PodRequests NOTHING = new PodRequests(0, 0);

    public static PodRequests of(PodSpec spec) {
        return PodTotal.of(
                        spec,
                        NOTHING,
                        container -> requested(container.getResources()),
                        PodRequests::plus,
                        PodRequests::max)
                .orWhole(spec.getResources())
                .plus(spec.getOverhead() == null ? NOTHING : of(spec.getOverhead()));
    }

    /** What is requested for the whole pod stands for what its containers request. */
    private PodRequests orWhole(@Nullable ResourceRequirements whole) {
        if (whole == null) {
            return this;
        }
        return new PodRequests(
                requested(whole, "cpu") == null ? milliCpu : milli(requested(whole, "cpu")),
                requested(whole, "memory") == null ? memory : amount(requested(whole, "memory")));
    }

    private static PodRequests requested(@Nullable ResourceRequirements resources) {
        return resources == null
                ? NOTHING
                : new PodRequests(milli(requested(resources, "cpu")), amount(requested(resources, "memory")));
    }

    /** Amounts by name, such as an overhead or a node's {@code status.allocatable}; what is not named is none. */
    public static PodRequests of(Map<String, Quantity> amounts) {
        return amounts.isEmpty() ? NOTHING : new PodRequests(milli(amounts.get("cpu")), amount(amounts.get("memory")));
    }

    private static @Nullable Quantity requested(ResourceRequirements resources, String name) {
        Quantity request =
                resources.getRequests() == null ? null : resources.getRequests().get(name);
        return request != null || resources.getLimits() == null
                ? request
                : resources.getLimits().get(name);
    }

    private static long milli(@Nullable Quantity quantity) {
        return quantity == null
                ? 0
                : roundedUp(Quantity.getAmountInBytes(quantity).movePointRight(3));
    }

    private static long amount(@Nullable Quantity quantity) {
        return quantity == null ? 0 : roundedUp(Quantity.getAmountInBytes(quantity));
    }

    private static long roundedUp(BigDecimal value) {
        return value.setScale(0, RoundingMode.CEILING).longValue();
    }

    private PodRequests plus(PodRequests other) {
        return this.equals(NOTHING)
                ? other
                : other.equals(NOTHING) ? this : new PodRequests(milliCpu + other.milliCpu, memory + other.memory);
    }

    private PodRequests max(PodRequests other) {
        return other.equals(NOTHING)
                ? this
                : new PodRequests(Math.max(milliCpu, other.milliCpu), Math.max(memory, other.memory));
    }
}
