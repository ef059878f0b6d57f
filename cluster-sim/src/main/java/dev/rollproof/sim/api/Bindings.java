// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The {@code binding} subresource: a scheduler of somebody's own puts a pod on a node. Under the simulation's lock. */
public final class Bindings {
    private Bindings() {}

    /** Fails with Conflict where the pod is on a node already, or goes. */
    public static void bind(ApiServer api, String namespace, String name, String node, boolean dryRun) {
        Pod stored = api.get(ResourceType.PODS, namespace, name);
        String refused = "Operation cannot be fulfilled on pods/binding \"" + name + "\": pod " + name;
        if (Metadata.terminating(stored)) {
            throw new ClusterException(Reason.CONFLICT, refused + " is being deleted, cannot be assigned to a host");
        }
        String already = stored.getSpec().getNodeName();
        if (already != null && !already.isEmpty()) {
            throw new ClusterException(Reason.CONFLICT, refused + " is already assigned to node \"" + already + "\"");
        }
        Pod bound = Models.copy(stored);
        bound.getSpec().setNodeName(node);
        PodStatus status = Objects.requireNonNullElseGet(bound.getStatus(), PodStatus::new);
        List<PodCondition> conditions = new ArrayList<>(Objects.requireNonNullElse(status.getConditions(), List.of()));
        conditions.removeIf(condition -> "PodScheduled".equals(condition.getType()));
        conditions.add(new PodConditionBuilder()
                .withType("PodScheduled")
                .withStatus("True")
                .withLastTransitionTime(api.timestamps().now())
                .build());
        status.setConditions(conditions);
        bound.setStatus(status);
        if (!dryRun) {
            api.bind(bound);
        }
    }
}
