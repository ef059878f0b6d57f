// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import dev.rollproof.k8s.scheduling.PodTotal;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a pod requests or is limited to, resource by resource, its overhead left out. A resource that nobody names is not in it. */
final class PodTotals {
    private PodTotals() {}

    static Map<String, Quantity> requests(PodSpec spec) {
        return orWhole(spec, ofContainers(spec, PodTotals::requests), PodTotals::requests);
    }

    static Map<String, Quantity> limits(PodSpec spec) {
        return orWhole(spec, ofContainers(spec, PodTotals::limits), PodTotals::limits);
    }

    /** Of the containers alone, whatever is requested for the pod as a whole. */
    static Map<String, Quantity> requestsOfContainers(PodSpec spec) {
        return ofContainers(spec, PodTotals::requests);
    }

    /** Never null. */
    static Map<String, Quantity> requests(@Nullable ResourceRequirements resources) {
        return resources == null || resources.getRequests() == null ? Map.of() : resources.getRequests();
    }

    /** Never null. */
    static Map<String, Quantity> limits(@Nullable ResourceRequirements resources) {
        return resources == null || resources.getLimits() == null ? Map.of() : resources.getLimits();
    }

    /** Whether it can be requested for a pod as a whole. */
    static boolean isOfPods(String resource) {
        return resource.equals("cpu") || resource.equals("memory") || resource.startsWith("hugepages-");
    }

    private static Map<String, Quantity> ofContainers(
            PodSpec spec, Function<@Nullable ResourceRequirements, Map<String, Quantity>> said) {
        return PodTotal.of(
                spec,
                Map.of(),
                container -> said.apply(container.getResources()),
                (one, other) -> merged(one, other, CanonicalQuantity::sum),
                (one, other) -> merged(one, other, PodTotals::larger));
    }

    private static Map<String, Quantity> merged(
            Map<String, Quantity> one, Map<String, Quantity> other, BinaryOperator<Quantity> both) {
        Map<String, Quantity> merged = new TreeMap<>(one);
        other.forEach((name, quantity) -> merged.merge(name, quantity, both));
        return merged;
    }

    private static Quantity larger(Quantity one, Quantity other) {
        return Quantity.getAmountInBytes(other).compareTo(Quantity.getAmountInBytes(one)) > 0 ? other : one;
    }

    private static Map<String, Quantity> orWhole(
            PodSpec spec,
            Map<String, Quantity> total,
            Function<@Nullable ResourceRequirements, Map<String, Quantity>> said) {
        Map<String, Quantity> all = new TreeMap<>(total);
        said.apply(spec.getResources()).forEach((name, quantity) -> {
            if (isOfPods(name)) {
                all.put(name, quantity);
            }
        });
        return all;
    }
}
