// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a pod asks for as a whole. Source: defaultPodRequests in pkg/apis/core/v1/defaults.go. */
public final class WholePod {
    private WholePod() {}

    /**
     * What is requested for the pod once it is stored: where anything is limited for it and not requested, what its containers request,
     * or else as much as the limit.
     *
     * @param pod its containers are complete; it is not changed
     */
    public static Map<String, Quantity> requests(PodSpec pod) {
        Map<String, Quantity> limits = PodTotals.limits(pod.getResources());
        Map<String, Quantity> requests = new LinkedHashMap<>(PodTotals.requests(pod.getResources()));
        if (limits.isEmpty()) {
            return requests;
        }
        PodTotals.requestsOfContainers(pod).forEach((name, quantity) -> {
            if (name.equals("cpu") || name.equals("memory")) {
                requests.putIfAbsent(name, quantity);
            }
        });
        limits.forEach((name, quantity) -> {
            if (PodTotals.isOfPods(name)) {
                requests.putIfAbsent(name, quantity);
            }
        });
        return requests;
    }
}
