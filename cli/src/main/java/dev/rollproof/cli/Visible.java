// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What there is to see of a cluster, where one may see it; remembers what one may not. Not thread-safe. */
final class Visible {
    private final Cluster cluster;
    private final Set<String> unseen = new TreeSet<>();

    Visible(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Empty where they may not be seen. A cluster that does not know the kind has none. */
    <T extends HasMetadata> Optional<List<T>> list(Query<T> query) {
        try {
            return Optional.of(cluster.list(query));
        } catch (ClusterException hidden) {
            if (hidden.reason() == Reason.NOT_FOUND) {
                return Optional.of(List.of());
            }
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
            unseen.add(HasMetadata.getPlural(query.type()));
            return Optional.empty();
        }
    }

    /** The plural names of the kinds that may not be listed. */
    List<String> unseen() {
        return List.copyOf(unseen);
    }
}
