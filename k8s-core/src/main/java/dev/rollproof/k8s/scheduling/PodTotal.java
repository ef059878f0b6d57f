// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * How what containers ask for adds up to what their pod does (component-helpers, resource.AggregateContainerRequests): containers and
 * sidecars together, or what is there while an init container runs, where that is more.
 */
public final class PodTotal {
    private PodTotal() {}

    /**
     * The total.
     *
     * @param <A> amounts, of which nothing is changed
     * @param plus two amounts together
     * @param most the larger of two amounts, resource by resource
     */
    public static <A> A of(
            PodSpec spec, A nothing, Function<Container, A> each, BinaryOperator<A> plus, BinaryOperator<A> most) {
        A together = nothing;
        for (Container container : spec.getContainers()) {
            together = plus.apply(together, each.apply(container));
        }
        A sidecars = nothing;
        A starting = nothing;
        if (spec.getInitContainers() != null) {
            for (Container container : spec.getInitContainers()) {
                A own = each.apply(container);
                if ("Always".equals(container.getRestartPolicy())) {
                    together = plus.apply(together, own);
                    sidecars = plus.apply(sidecars, own);
                } else {
                    starting = most.apply(starting, plus.apply(sidecars, own));
                }
            }
        }
        return most.apply(together, starting);
    }
}
