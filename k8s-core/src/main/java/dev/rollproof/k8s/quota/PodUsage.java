// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a pod takes of a quota, and what a quota wants said of it. Source: pkg/quota/v1/evaluator/core/pods.go. */
public final class PodUsage {
    /** Of these each container has to say how much, where a quota limits them. */
    private static final Set<String> WANTED =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    private static final Set<String> COMPUTE = Set.of("cpu", "memory", "ephemeral-storage");

    private PodUsage() {}

    /**
     * By the names that quotas use, such as {@code requests.cpu}, each in its base unit: cores, bytes, pieces.
     *
     * @param pod as it is stored, with its {@linkplain LimitRanges#admitted defaults}
     */
    public static Map<String, BigDecimal> of(PodSpec pod) {
        Map<String, BigDecimal> usage = new TreeMap<>();
        usage.put("pods", BigDecimal.ONE);
        usage.put("count/pods", BigDecimal.ONE);
        requests(pod).forEach((name, amount) -> {
            if (COMPUTE.contains(name) || name.startsWith("hugepages-")) {
                usage.put(name, amount);
            }
            usage.put("requests." + name, amount);
        });
        limits(pod).forEach((name, amount) -> {
            if (COMPUTE.contains(name)) {
                usage.put("limits." + name, amount);
            }
        });
        return usage;
    }

    private static Map<String, BigDecimal> requests(PodSpec pod) {
        Map<String, BigDecimal> requests = amounts(PodTotals.requests(pod));
        amounts(overhead(pod)).forEach((name, amount) -> requests.merge(name, amount, BigDecimal::add));
        return requests;
    }

    /** What is not limited stays so, whatever the overhead. */
    private static Map<String, BigDecimal> limits(PodSpec pod) {
        Map<String, BigDecimal> limits = amounts(PodTotals.limits(pod));
        amounts(overhead(pod))
                .forEach((name, amount) ->
                        limits.computeIfPresent(name, (key, limit) -> limit.signum() == 0 ? limit : limit.add(amount)));
        return limits;
    }

    private static Map<String, Quantity> overhead(PodSpec pod) {
        return pod.getOverhead() == null ? Map.of() : pod.getOverhead();
    }

    private static Map<String, BigDecimal> amounts(Map<String, Quantity> quantities) {
        Map<String, BigDecimal> amounts = new TreeMap<>();
        quantities.forEach((name, quantity) -> amounts.put(name, Quantity.getAmountInBytes(quantity)));
        return amounts;
    }

    /**
     * CPU and memory that are limited have to be said by each container, unless something is said of the pod as a whole. Names those
     * that are not, such as {@code requests.cpu for: web}; a pod of which anything is missing is refused.
     *
     * @param limited the names in a quota
     * @param pod as it is stored
     */
    public static List<String> unsaid(Collection<String> limited, PodSpec pod) {
        List<String> unsaid = new ArrayList<>();
        if (saysSomething(pod)) {
            return unsaid;
        }
        for (String name : new TreeSet<>(limited)) {
            if (WANTED.contains(name)) {
                String silent = containers(pod)
                        .filter(container -> !says(container, name))
                        .map(Container::getName)
                        .sorted()
                        .collect(Collectors.joining(","));
                if (!silent.isEmpty()) {
                    unsaid.add(name + " for: " + silent);
                }
            }
        }
        return unsaid;
    }

    private static boolean saysSomething(PodSpec pod) {
        return Stream.of(PodTotals.requests(pod.getResources()), PodTotals.limits(pod.getResources()))
                .flatMap(said -> said.keySet().stream())
                .anyMatch(PodTotals::isOfPods);
    }

    private static Stream<Container> containers(PodSpec pod) {
        return pod.getInitContainers() == null
                ? pod.getContainers().stream()
                : Stream.concat(pod.getContainers().stream(), pod.getInitContainers().stream());
    }

    private static boolean says(Container container, String name) {
        String resource = name.substring(name.indexOf('.') + 1);
        return (name.startsWith("limits.")
                        ? PodTotals.limits(container.getResources())
                        : PodTotals.requests(container.getResources()))
                .containsKey(resource);
    }
}
