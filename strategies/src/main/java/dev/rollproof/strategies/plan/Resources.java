// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
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

    /** What a pod requests: its containers and sidecars together, or its largest init container where that is more. */
    public static Resources of(PodSpec spec) {
        Resources together = NONE;
        Resources largest = NONE;
        for (Container container : spec.getContainers()) {
            together = together.plus(of(container));
        }
        for (Container container : spec.getInitContainers() == null ? List.<Container>of() : spec.getInitContainers()) {
            if ("Always".equals(container.getRestartPolicy())) {
                together = together.plus(of(container));
            } else {
                largest = largest.max(of(container));
            }
        }
        return together.max(largest);
    }

    private static Resources of(Container container) {
        var resources = container.getResources();
        if (resources == null || resources.getRequests() == null) {
            return NONE;
        }
        return of(resources.getRequests());
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
