// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/** What there is to see of a cluster, where one may see it. */
final class Visible {
    private Visible() {}

    /** Empty where they may not be seen. */
    static <T extends HasMetadata> Optional<List<T>> list(Cluster cluster, Query<T> query) {
        try {
            return Optional.of(cluster.list(query));
        } catch (ClusterException hidden) {
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
            return Optional.empty();
        }
    }
}
