// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a driven rollout leaves, on whichever cluster. */
public final class Remains {
    private static final String COMPLETE = "rollproof.dev/complete-at-revision";

    private Remains() {}

    /** All in a namespace that anybody could care about, without names and numbers that differ from run to run. */
    public static List<String> in(Cluster cluster, String namespace) {
        List<String> state = new ArrayList<>();
        for (Deployment d : cluster.list(Query.of(Deployment.class).inNamespace(namespace))) {
            state.add(named(d) + Models.toTree(d.getSpec()));
        }
        for (Service s : cluster.list(Query.of(Service.class).inNamespace(namespace))) {
            state.add(named(s) + s.getSpec().getSelector());
        }
        for (HTTPRoute route : cluster.list(Query.of(HTTPRoute.class).inNamespace(namespace))) {
            state.add(named(route) + Models.toTree(route.getSpec()));
        }
        for (ReplicaSet set : cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace))) {
            state.add(named(set)
                    + set.getSpec().getReplicas()
                    + (annotations(set).containsKey(COMPLETE) ? " seen complete" : ""));
        }
        for (Pod pod : cluster.list(Query.of(Pod.class).inNamespace(namespace))) {
            state.add(pod.getSpec().getContainers().get(0).getImage() + " "
                    + pod.getMetadata().getLabels() + " " + pod.getStatus().getPhase());
        }
        return state.stream().sorted().toList();
    }

    private static String named(HasMetadata object) {
        return object.getMetadata().getName() + " " + marksOn(object) + " ";
    }

    /** The annotations of an object that a driver has put there: all of ours but the one that it was seen complete. */
    public static List<String> marksOn(HasMetadata object) {
        return annotations(object).keySet().stream()
                .filter(name -> name.startsWith("rollproof.dev/") && !name.equals(COMPLETE))
                .sorted()
                .toList();
    }

    private static Map<String, String> annotations(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
    }

    /** The write, counted from 1, that takes the state away from its Deployment: after it only copies are swept. */
    public static int lastOfState(List<String> writes, String deployment) {
        for (int i = writes.size(); i > 0; i--) {
            if (writes.get(i - 1).startsWith("patch Deployment/" + deployment + " ")) {
                return i;
            }
        }
        throw new AssertionError("nothing was written: " + writes);
    }
}
