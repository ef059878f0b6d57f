// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a pod is treated when its node gets full, which the API server works out when the pod is created. Source: pkg/apis/core/helper/qos. */
public final class QosClass {
    private static final List<String> COUNTED = List.of("cpu", "memory");

    private QosClass() {}

    /** What a stored pod is said to be; where somebody has taken that away, what it is. */
    public static String of(Pod pod) {
        String said = pod.getStatus() == null ? null : pod.getStatus().getQosClass();
        return said == null ? of(pod.getSpec()) : said;
    }

    /** {@code Guaranteed} where all is limited to what is asked for, {@code BestEffort} where nothing is said, else {@code Burstable}. */
    public static String of(PodSpec spec) {
        Map<String, BigDecimal> requests = new TreeMap<>();
        Map<String, BigDecimal> limits = new TreeMap<>();
        boolean guaranteed = true;
        for (ResourceRequirements resources : resourcesOf(spec)) {
            if (resources != null) {
                addTo(requests, resources.getRequests());
            }
            guaranteed &= addTo(limits, resources == null ? null : resources.getLimits()) == COUNTED.size();
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return "BestEffort";
        }
        return guaranteed && requests.equals(limits) ? "Guaranteed" : "Burstable";
    }

    /** What is said of the whole pod, or else of each of its containers. */
    private static List<@Nullable ResourceRequirements> resourcesOf(PodSpec spec) {
        List<@Nullable ResourceRequirements> said = new ArrayList<>();
        if (spec.getResources() != null) {
            said.add(spec.getResources());
            return said;
        }
        for (Container container : spec.getContainers()) {
            said.add(container.getResources());
        }
        if (spec.getInitContainers() != null) {
            for (Container container : spec.getInitContainers()) {
                said.add(container.getResources());
            }
        }
        return said;
    }

    /** @return of how many resources there is some */
    private static int addTo(Map<String, BigDecimal> sums, @Nullable Map<String, Quantity> quantities) {
        int found = 0;
        if (quantities == null || quantities.isEmpty()) {
            return found;
        }
        for (String resource : COUNTED) {
            Quantity quantity = quantities.get(resource);
            BigDecimal amount = quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
            if (amount.signum() > 0) {
                sums.merge(
                        resource,
                        amount.stripTrailingZeros(),
                        (one, other) -> one.add(other).stripTrailingZeros());
                found++;
            }
        }
        return found;
    }
}
