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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mark of a revision that was seen complete: an annotation of its ReplicaSet, which holds the number that the revision had
 * then, and the ReplicaSet's name. It lives and dies with the template that it speaks of, and no clock is compared with another.
 * The name is there because annotations travel: kubectl's undo takes them from the ReplicaSet to the Deployment, and the
 * controller from there to every later ReplicaSet, which nobody has seen complete.
 */
final class CompleteMark {
    static final String ANNOTATION = "rollproof.dev/complete-at-revision";

    private static final Pattern VALUE = Pattern.compile("([0-9]{1,18}) of (\\S+)");

    private CompleteMark() {}

    /** The number under which a ReplicaSet's template was last seen complete; empty where it never was. */
    static OptionalLong of(ObservedReplicaSet set) {
        Matcher value = VALUE.matcher(set.metadata().annotations().getOrDefault(ANNOTATION, ""));
        return value.matches() && value.group(2).equals(set.metadata().name())
                ? OptionalLong.of(Long.parseLong(value.group(1)))
                : OptionalLong.empty();
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
        Map<String, String> mark = Map.of(ANNOTATION, set.revision().getAsLong() + " of " + metadata.name());
        cluster.patch(
                ReplicaSet.class,
                metadata.namespace(),
                metadata.name(),
                Patch.merge(Models.toJson(Map.of("metadata", Map.of("uid", metadata.uid(), "annotations", mark)))),
                options);
    }
}
