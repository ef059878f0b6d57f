// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.scheduling.PodRequests;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;

/**
 * What is requested.
 *
 * @param cpu cores
 * @param memory bytes
 */
public record Resources(BigDecimal cpu, BigDecimal memory) {
    /** Nothing is requested. */
    public static final Resources NONE = new Resources(BigDecimal.ZERO, BigDecimal.ZERO);

    private static final BigDecimal MEBI = BigDecimal.valueOf(1 << 20);

    /** What a pod requests, as Kubernetes adds it up. */
    public static Resources of(PodSpec spec) {
        PodRequests requests = PodRequests.of(spec);
        return new Resources(BigDecimal.valueOf(requests.milliCpu(), 3), BigDecimal.valueOf(requests.memory()));
    }

    /** Of amounts by name, such as a node's {@code status.allocatable}; what is not named is none. */
    static Resources of(Map<String, Quantity> amounts) {
        return new Resources(amount(amounts.get("cpu")), amount(amounts.get("memory")));
    }

    private static BigDecimal amount(@org.jspecify.annotations.Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }

    /** Both together. */
    public Resources plus(Resources other) {
        return new Resources(cpu.add(other.cpu), memory.add(other.memory));
    }

    Resources minus(Resources other) {
        return new Resources(cpu.subtract(other.cpu), memory.subtract(other.memory));
    }

    /** So many of them. */
    public Resources times(int factor) {
        return new Resources(cpu.multiply(BigDecimal.valueOf(factor)), memory.multiply(BigDecimal.valueOf(factor)));
    }

    /** The larger of each. */
    public Resources max(Resources other) {
        return new Resources(cpu.max(other.cpu), memory.max(other.memory));
    }

    /** Such as {@code 1.5 CPU and 512 MiB}. */
    @Override
    public String toString() {
        return cpu.stripTrailingZeros().toPlainString() + " CPU and "
                + memory.divide(MEBI, java.math.RoundingMode.CEILING).toPlainString() + " MiB";
    }
}
