// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pod asks a node for: the sum over its containers, or its greediest init container if that is more. */
record Requests(long milliCpu, long memory) {
    private static final Requests NOTHING = new Requests(0, 0);

    static Requests of(PodSpec spec) {
        Requests all = NOTHING;
        for (Container container : spec.getContainers()) {
            Requests own = of(container);
            all = own.equals(NOTHING) ? all : new Requests(all.milliCpu + own.milliCpu, all.memory + own.memory);
        }
        if (spec.getInitContainers() != null) {
            for (Container container : spec.getInitContainers()) {
                Requests own = of(container);
                all = "Always".equals(container.getRestartPolicy())
                        ? new Requests(all.milliCpu + own.milliCpu, all.memory + own.memory)
                        : new Requests(Math.max(all.milliCpu, own.milliCpu), Math.max(all.memory, own.memory));
            }
        }
        return all;
    }

    private static Requests of(Container container) {
        Map<String, Quantity> requests = container.getResources() == null
                ? null
                : container.getResources().getRequests();
        return requests == null || requests.isEmpty()
                ? NOTHING
                : new Requests(milli(requests.get("cpu")), amount(requests.get("memory")));
    }

    static long milli(@Nullable Quantity quantity) {
        return quantity == null
                ? 0
                : Quantity.getAmountInBytes(quantity)
                        .multiply(BigDecimal.valueOf(1000))
                        .longValue();
    }

    static long amount(@Nullable Quantity quantity) {
        return quantity == null ? 0 : Quantity.getAmountInBytes(quantity).longValue();
    }
}
