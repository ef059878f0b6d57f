// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.List;

/** A Deployment's own ReplicaSets. */
final class OwnReplicaSets {
    private OwnReplicaSets() {}

    /** Selected by its selector <em>and</em> controlled by its uid: labels alone also find other people's. */
    static List<ReplicaSet> of(Cluster cluster, ObservedDeployment d) {
        List<ReplicaSet> own = new ArrayList<>();
        for (ReplicaSet set : cluster.list(
                Query.of(ReplicaSet.class).inNamespace(d.metadata().namespace()).withLabels(d.labelSelector()))) {
            if (Observed.metadata(set).isControlledBy(d.metadata().uid())) {
                own.add(set);
            }
        }
        return own;
    }
}
