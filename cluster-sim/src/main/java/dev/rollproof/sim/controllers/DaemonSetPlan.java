// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One look at a DaemonSet: which nodes have which of its pods, and so which pods to create and to delete. It changes
 * nothing. Source: pkg/controller/daemon/daemon_controller.go and update.go.
 */
final class DaemonSetPlan {
    private final DaemonSet set;
    private final String hash;
    private final Instant now;
    private final int minReadySeconds;
    private final Map<String, DaemonSetPods.Wanted> wanted = new LinkedHashMap<>();
    private final Map<String, List<Pod>> podsByNode = new LinkedHashMap<>();

    /** What is to be done: pods to delete, and nodes that are to get one. */
    record Steps(List<Pod> delete, List<String> create) {
        Steps() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        boolean isEmpty() {
            return delete.isEmpty() && create.isEmpty();
        }
    }

    private record OnNode(@Nullable Pod fresh, @Nullable Pod old, boolean clear) {}

    DaemonSetPlan(DaemonSet set, Collection<Node> nodes, List<Pod> claimed, String hash, Instant now) {
        this.set = set;
        this.hash = hash;
        this.now = now;
        this.minReadySeconds = DeploymentSync.orZero(set.getSpec().getMinReadySeconds());
        PodSpec tolerant = DaemonSetPods.tolerant(set);
        for (Node node : nodes) {
            wanted.put(node.getMetadata().getName(), DaemonSetPods.Wanted.on(node, set, tolerant));
        }
        for (Pod pod : claimed) {
            String node = DaemonSetPods.node(pod);
            boolean ended = Pods.isFinal(Pods.phase(pod)) && Metadata.terminating(pod);
            if (node != null && !ended) {
                podsByNode.computeIfAbsent(node, name -> new ArrayList<>()).add(pod);
            }
        }
        podsByNode.values().forEach(pods -> pods.sort(DaemonSetPods.BY_AGE));
    }

    private List<Pod> pods(String node) {
        return podsByNode.getOrDefault(node, List.of());
    }

    private boolean runsOn(String node) {
        DaemonSetPods.Wanted known = wanted.get(node);
        return known != null && known.runs();
    }

    private int desired() {
        return (int) wanted.values().stream().filter(DaemonSetPods.Wanted::runs).count();
    }

    /**
     * One pod for each node that is to have one, and none elsewhere.
     *
     * @param mayReplace whether a pod of a node that has ended is to be replaced now
     */
    Steps manage(BiPredicate<String, Pod> mayReplace) {
        Steps steps = new Steps();
        wanted.forEach((node, here) -> {
            if (here.runs() && !podsByNode.containsKey(node)) {
                steps.create.add(node);
            } else if (here.continues()) {
                keepOne(node, here, mayReplace, steps);
            } else {
                pods(node).stream().filter(pod -> !Metadata.terminating(pod)).forEach(steps.delete::add);
            }
        });
        podsByNode.forEach((node, pods) -> {
            if (!wanted.containsKey(node)) {
                pods.stream().filter(pod -> !DaemonSetPods.isBound(pod)).forEach(steps.delete::add);
            }
        });
        return steps;
    }

    private void keepOne(String node, DaemonSetPods.Wanted here, BiPredicate<String, Pod> mayReplace, Steps steps) {
        List<Pod> running = new ArrayList<>();
        for (Pod pod : pods(node)) {
            if (Metadata.terminating(pod)) {
                continue;
            }
            if (!Pods.isFinal(Pods.phase(pod))) {
                running.add(pod);
            } else if (mayReplace.test(node, pod)) {
                steps.delete.add(pod);
            }
        }
        if (DaemonSetPods.maxSurge(set, 1) == 0) {
            steps.delete.addAll(running.subList(Math.min(1, running.size()), running.size()));
        } else if (running.isEmpty()) {
            if (here.runs()) {
                steps.create.add(node);
            }
        } else if (running.size() > 1) {
            keepOneOfEach(running, steps);
        }
    }

    /** With a surge there may be an old pod beside its successor, until that is available. */
    private void keepOneOfEach(List<Pod> running, Steps steps) {
        Pod fresh = null;
        Pod old = null;
        for (Pod pod : running) {
            boolean isFresh = hash.equals(Metadata.label(pod, DaemonSetPods.HASH));
            if (isFresh && fresh == null) {
                fresh = pod;
            } else if (!isFresh && old == null) {
                old = pod;
            } else {
                steps.delete.add(pod);
            }
        }
        if (fresh != null && old != null && (!Pods.isReady(old) || isAvailable(fresh))) {
            steps.delete.add(old);
        }
    }

    private boolean isAvailable(Pod pod) {
        return Pods.isAvailable(pod, minReadySeconds, now);
    }

    /** What a rolling update does next. */
    Steps roll() {
        int desired = desired();
        for (Map.Entry<String, DaemonSetPods.Wanted> node : wanted.entrySet()) {
            if (node.getValue().runs()) {
                podsByNode.computeIfAbsent(node.getKey(), name -> new ArrayList<>());
            }
        }
        int surge = DaemonSetPods.maxSurge(set, desired);
        int unavailable = DaemonSetPods.maxUnavailable(set, desired);
        return surge == 0 ? replace(desired > 0 ? Math.max(1, unavailable) : unavailable) : surge(surge, desired);
    }

    private OnNode on(List<Pod> pods) {
        Pod fresh = null;
        Pod old = null;
        for (Pod pod : pods) {
            if (Metadata.terminating(pod)) {
                continue;
            }
            boolean updated = DaemonSetPods.isUpdated(set, pod, hash);
            if ((updated ? fresh : old) != null) {
                return new OnNode(null, null, false);
            }
            fresh = updated ? pod : fresh;
            old = updated ? old : pod;
        }
        return new OnNode(fresh, old, true);
    }

    /** Deletes old pods, of which the unavailable ones cost nothing. */
    private Steps replace(int maxUnavailable) {
        Steps steps = new Steps();
        List<Pod> candidates = new ArrayList<>();
        int unavailable = 0;
        for (List<Pod> pods : podsByNode.values()) {
            OnNode here = on(pods);
            if (!here.clear || (here.fresh == null) == (here.old == null)) {
                unavailable++;
            } else if (here.fresh != null) {
                unavailable += isAvailable(here.fresh) ? 0 : 1;
            } else if (here.old != null && !isAvailable(here.old)) {
                steps.delete.add(here.old);
                unavailable++;
            } else if (here.old != null && unavailable < maxUnavailable) {
                candidates.add(here.old);
            }
        }
        int left = Math.min(candidates.size(), Math.max(0, maxUnavailable - unavailable));
        steps.delete.addAll(candidates.subList(0, left));
        return steps;
    }

    /** Creates new pods beside old ones, and deletes those when the new ones are available. */
    private Steps surge(int maxSurge, int desired) {
        Steps steps = new Steps();
        List<String> candidates = new ArrayList<>();
        List<Pod> notWanted = new ArrayList<>();
        int surging = 0;
        int available = 0;
        for (Map.Entry<String, List<Pod>> entry : podsByNode.entrySet()) {
            String node = entry.getKey();
            OnNode here = on(entry.getValue());
            Pod serving = here.old != null ? here.old : here.fresh;
            available += serving != null && isAvailable(serving) ? 1 : 0;
            if (!here.clear) {
                surging++;
            } else if (here.old != null && here.fresh != null) {
                if (isAvailable(here.fresh)) {
                    steps.delete.add(here.old);
                } else {
                    surging++;
                }
            } else if (here.old != null) {
                boolean serves = isAvailable(here.old);
                if (!runsOn(node)) {
                    (serves ? notWanted : steps.delete).add(here.old);
                } else if (!serves) {
                    steps.create.add(node);
                } else if (surging < maxSurge) {
                    candidates.add(node);
                }
            }
        }
        int left = Math.min(candidates.size(), Math.max(0, maxSurge - surging));
        steps.create.addAll(candidates.subList(0, left));
        int spare = Math.min(notWanted.size(), Math.max(0, available - desired));
        steps.delete.addAll(notWanted.subList(0, spare));
        return steps;
    }

    /** The status as the pods are; without what generation that is about. */
    DaemonSetStatus status() {
        int current = 0;
        int misscheduled = 0;
        int ready = 0;
        int available = 0;
        int updated = 0;
        for (Map.Entry<String, DaemonSetPods.Wanted> node : wanted.entrySet()) {
            List<Pod> here = pods(node.getKey());
            if (here.isEmpty()) {
                continue;
            }
            if (!node.getValue().runs()) {
                misscheduled++;
                continue;
            }
            current++;
            Pod first = here.get(0);
            ready += Pods.isReady(first) ? 1 : 0;
            available += isAvailable(first) ? 1 : 0;
            updated += DaemonSetPods.isUpdated(set, first, hash) ? 1 : 0;
        }
        int desired = desired();
        DaemonSetStatus status = new DaemonSetStatus();
        status.setDesiredNumberScheduled(desired);
        status.setCurrentNumberScheduled(current);
        status.setNumberMisscheduled(misscheduled);
        status.setNumberReady(ready);
        status.setUpdatedNumberScheduled(orNull(updated));
        status.setNumberAvailable(orNull(available));
        status.setNumberUnavailable(orNull(desired - available));
        return status;
    }

    private static @Nullable Integer orNull(int number) {
        return number == 0 ? null : number;
    }
}
