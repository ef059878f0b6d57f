// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.quota.LimitRanges;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a namespace asks of the pods in it.
 *
 * @param quotas as they are now, with what they count
 * @param limits its LimitRanges
 * @param defaultPriorityClass the cluster's class for pods that name none; empty where there is none, or where it is not known
 */
public record NamespaceRules(List<ResourceQuota> quotas, LimitRanges limits, Optional<String> defaultPriorityClass) {
    /** Nothing. */
    public static final NamespaceRules NONE = new NamespaceRules(List.of(), LimitRanges.NONE, Optional.empty());

    public NamespaceRules {
        quotas = List.copyOf(quotas);
        Objects.requireNonNull(limits, "limits");
    }

    public static NamespaceRules of(List<ResourceQuota> quotas, LimitRanges limits) {
        return new NamespaceRules(quotas, limits, Optional.empty());
    }

    public NamespaceRules withDefaultPriorityClass(String name) {
        return new NamespaceRules(quotas, limits, Optional.of(name));
    }

    /** A pod as it is stored: with the requests and limits, and the priority class, that it gets by default. */
    public PodSpec admitted(PodSpec template) {
        PodSpec pod = limits.admitted(template);
        if (pod.getPriorityClassName() == null || pod.getPriorityClassName().isEmpty()) {
            defaultPriorityClass.ifPresent(pod::setPriorityClassName);
        }
        return pod;
    }
}
