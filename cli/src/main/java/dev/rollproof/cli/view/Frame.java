// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.Progress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** One picture of a rollout, as lines of plain text: a line a ReplicaSet or revision, a mark a pod. */
public final class Frame {
    /** What each mark of a pod means. */
    public static final String LEGEND = "● ready  ◐ running  ○ starting  ✗ failing  ◌ terminating";

    private Frame() {}

    /** Draws what was observed. */
    public static List<String> of(Progress progress) {
        List<String> lines = new ArrayList<>();
        progress.seen().workload().ifPresent(workload -> {
            lines.add(String.format(
                    Locale.ROOT,
                    "%6.1f s  %s/%s  generation %d  %s",
                    progress.elapsed().toMillis() / 1000.0,
                    workload.metadata().kind().toLowerCase(Locale.ROOT),
                    workload.metadata().name(),
                    workload.metadata().generation(),
                    progress.status().line()));
            lines.addAll(
                    workload instanceof ObservedDeployment d
                            ? replicaSets(progress, d)
                            : Revisions.of(progress.seen(), workload));
            lines.addAll(troubles(progress));
        });
        return lines;
    }

    private static List<String> replicaSets(Progress progress, ObservedDeployment d) {
        List<String> lines = new ArrayList<>();
        List<ObservedReplicaSet> sets = new ArrayList<>(progress.seen().replicaSets());
        sets.removeIf(set -> !set.metadata().isControlledBy(d.metadata().uid()));
        sets.sort(Comparator.comparingLong(set -> set.revision().orElse(0)));
        for (ObservedReplicaSet set : sets) {
            String marks = marks(progress, set);
            if (set.replicas() > 0 || !marks.isEmpty()) {
                lines.add(line(set, marks, set.template().equals(d.template())));
            }
        }
        return lines;
    }

    private static String line(ObservedReplicaSet set, String marks, boolean isNew) {
        return String.format(
                Locale.ROOT,
                "          %-4s %-28s %2d wanted  %s  %s",
                isNew ? "new" : "old",
                "replicaset/" + set.metadata().name(),
                set.replicas(),
                marks,
                String.join(", ", set.template().images()));
    }

    private static String marks(Progress progress, ObservedReplicaSet set) {
        StringBuilder marks = new StringBuilder();
        progress.seen().pods().stream()
                .filter(pod -> pod.metadata().isControlledBy(set.metadata().uid()))
                .sorted(Comparator.comparing(pod -> pod.metadata().name()))
                .map(Frame::mark)
                .forEach(marks::append);
        return marks.toString();
    }

    /** See {@link #LEGEND}. */
    static String mark(ObservedPod pod) {
        if (pod.metadata().terminating()) {
            return "◌";
        }
        if (pod.ready()) {
            return "●";
        }
        for (ObservedContainer container : pod.containers()) {
            if (container.state() instanceof State.Terminated
                    || container.restartCount() > 0
                    || container.state() instanceof State.Waiting waiting
                            && !waiting.reason().isEmpty()
                            && !waiting.reason().equals("ContainerCreating")
                            && !waiting.reason().equals("PodInitializing")) {
                return "✗";
            }
        }
        return pod.phase().equals("Running") ? "◐" : "○";
    }

    private static List<String> troubles(Progress progress) {
        return Troubles.of(progress).stream().map(cause -> "          " + cause).toList();
    }
}
