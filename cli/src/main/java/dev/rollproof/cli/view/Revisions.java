// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.judge.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The pods of a StatefulSet or DaemonSet, which has no ReplicaSets: a line a revision, the new one last. */
final class Revisions {
    private Revisions() {}

    static List<String> of(Snapshot seen, ObservedWorkload workload) {
        Set<String> newest = new HashSet<>();
        seen.newPods().forEach(pod -> newest.add(pod.revisionHash()));
        Map<String, List<ObservedPod>> byRevision =
                new TreeMap<>(Comparator.comparing((String revision) -> newest.contains(revision))
                        .thenComparing(Comparator.naturalOrder()));
        for (ObservedPod pod : seen.pods()) {
            if (pod.metadata().isControlledBy(workload.metadata().uid())) {
                byRevision
                        .computeIfAbsent(pod.revisionHash(), revision -> new ArrayList<>())
                        .add(pod);
            }
        }
        List<String> lines = new ArrayList<>();
        byRevision.forEach((revision, pods) -> lines.add(line(revision, pods, newest.contains(revision))));
        return lines;
    }

    private static String line(String revision, List<ObservedPod> pods, boolean isNew) {
        return String.format(
                Locale.ROOT,
                "          %-4s %-28s %2d there   %s  %s",
                isNew ? "new" : "old",
                "revision " + revision,
                pods.size(),
                pods.stream()
                        .sorted(Comparator.comparing(pod -> pod.metadata().name()))
                        .map(Frame::mark)
                        .collect(Collectors.joining()),
                pods.get(0).containers().stream().map(ObservedContainer::image).collect(Collectors.joining(", ")));
    }
}
