// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Follows a namespace as a client would, and checks that each kind's stream is one that a client may rely on. */
final class Watcher {
    private final Map<String, ObservedDeployment> deployments = new TreeMap<>();
    private final Map<String, ObservedReplicaSet> replicaSets = new TreeMap<>();
    private final Map<String, ObservedPod> pods = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final Cluster cluster;
    private final Invariant invariant;

    /** What must hold after every event: returns what is wrong, or nothing. */
    interface Invariant {
        String violatedBy(Watcher seen, ObservedObject changed);
    }

    Watcher(Cluster cluster, String namespace) {
        this(cluster, namespace, (seen, changed) -> "");
    }

    Watcher(Cluster cluster, String namespace, Invariant invariant) {
        this.cluster = cluster;
        this.invariant = invariant;
        follow(Deployment.class, ObservedDeployment.class, namespace, deployments);
        follow(ReplicaSet.class, ObservedReplicaSet.class, namespace, replicaSets);
        follow(Pod.class, ObservedPod.class, namespace, pods);
    }

    private <T extends HasMetadata, O extends ObservedObject> void follow(
            Class<T> type, Class<O> observedAs, String namespace, Map<String, O> known) {
        cluster.observe(Query.of(type).inNamespace(namespace), change -> {
            O object = observedAs.cast(change.object());
            ObservedMetadata metadata = object.metadata();
            O before = known.get(metadata.name());
            if (change.type() == Change.Type.DELETED) {
                if (before == null) {
                    violate("deleted, but never seen: " + change);
                }
                known.remove(metadata.name());
            } else {
                if ((change.type() == Change.Type.ADDED) == (before != null)) {
                    violate((before == null ? "modified, but never seen: " : "added twice: ") + change);
                }
                if (before != null
                        && Long.parseLong(before.metadata().resourceVersion())
                                >= Long.parseLong(metadata.resourceVersion())) {
                    violate("went back from version " + before.metadata().resourceVersion() + ": " + change);
                }
                known.put(metadata.name(), object);
            }
            String violation = invariant.violatedBy(this, object);
            if (!violation.isEmpty()) {
                violate(violation + "; seen with " + change);
            }
        });
    }

    private void violate(String what) {
        violations.add(cluster.time().now() + " " + what);
    }

    Collection<ObservedReplicaSet> replicaSets() {
        return replicaSets.values();
    }

    Collection<ObservedPod> pods() {
        return pods.values();
    }

    ObservedDeployment deployment(String name) {
        ObservedDeployment deployment = deployments.get(name);
        if (deployment == null) {
            throw new AssertionError("no Deployment " + name + " was seen");
        }
        return deployment;
    }

    List<String> violations() {
        return violations;
    }
}
