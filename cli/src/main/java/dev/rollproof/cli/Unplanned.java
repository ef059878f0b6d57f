// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.manifest.Manifest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Workloads that roll out in ways of their own, which Rollproof does not foretell: StatefulSets and DaemonSets. */
final class Unplanned {
    private static final Set<String> KINDS = Set.of("StatefulSet", "DaemonSet");

    private Unplanned() {}

    /** That they are not planned, in one sentence part; {@code ""} where there are none. */
    static String note(List<Manifest> manifests) {
        List<String> names = manifests.stream()
                .filter(manifest -> KINDS.contains(manifest.object().getKind()))
                .map(Manifest::name)
                .toList();
        return names.isEmpty()
                ? ""
                : names.stream().collect(Collectors.joining(" and "))
                        + (names.size() == 1 ? " is" : " are")
                        + " not planned: Rollproof plans Deployments, no StatefulSets or DaemonSets";
    }
}
