// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The mark of a revision that was seen complete: an annotation of its ReplicaSet, which holds the number that the revision had
 * then. It lives and dies with the template that it speaks of, and no clock is compared with another.
 */
final class CompleteMark {
    static final String ANNOTATION = "rollproof.dev/complete-at-revision";

    private CompleteMark() {}

    /** The number under which a ReplicaSet's template was last seen complete; empty where it never was. */
    static OptionalLong of(ObservedReplicaSet set) {
        String value = set.metadata().annotations().getOrDefault(ANNOTATION, "");
        return value.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    }

    /** Whether it was seen complete since it became the current revision the last time. */
    static boolean isFresh(ObservedReplicaSet set) {
        return of(set).isPresent() && of(set).equals(set.revision());
    }

    /** Writes the mark, unless it is there. */
    static void put(Cluster cluster, WriteOptions options, ObservedReplicaSet set) {
        if (set.revision().isEmpty() || isFresh(set)) {
            return;
        }
        ObservedMetadata metadata = set.metadata();
        Map<String, String> mark =
                Map.of(ANNOTATION, Long.toString(set.revision().getAsLong()));
        cluster.patch(
                ReplicaSet.class,
                metadata.namespace(),
                metadata.name(),
                Patch.merge(Models.toJson(Map.of("metadata", Map.of("uid", metadata.uid(), "annotations", mark)))),
                options);
    }
}
