// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedPod;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The pods of the Deployment, as their own stream tells of them. By uid.
 *
 * @param losses how many pods that were ready stopped being so by themselves: no scale-down did it
 */
record Pods(Map<String, Pod> pods, int losses) {
    /** What counts about a pod. */
    record Pod(boolean live, boolean ready, boolean running, String version) {
        static Pod of(ObservedPod pod) {
            return new Pod(pod.live(), pod.live() && pod.ready(), !pod.ended() && anyRuns(pod), pod.podTemplateHash());
        }

        private static boolean anyRuns(ObservedPod pod) {
            for (ObservedContainer container : pod.containers()) {
                if (container.state() instanceof State.Running) {
                    return true;
                }
            }
            for (ObservedContainer container : pod.initContainers()) {
                if (container.state() instanceof State.Running) {
                    return true;
                }
            }
            return false;
        }
    }

    Pods with(ObservedPod pod, boolean deleted) {
        String uid = pod.metadata().uid();
        Pod before = pods.get(uid);
        boolean lost = before != null && before.ready() && !deleted && lostByItself(pod);
        Pod now = Pod.of(pod);
        if (!lost && !deleted && now.equals(before)) {
            // Most events tell of something else.
            return this;
        }
        Map<String, Pod> changed = new HashMap<>(pods);
        if (deleted) {
            changed.remove(uid);
        } else {
            changed.put(uid, now);
        }
        return new Pods(Collections.unmodifiableMap(changed), losses + (lost ? 1 : 0));
    }

    /** Not ready any more, ended, or evicted (KEP-3329); a pod that was told to go is the strategy's doing. */
    private static boolean lostByItself(ObservedPod pod) {
        if (pod.metadata().terminating()) {
            return pod.condition("DisruptionTarget")
                    .filter(ObservedCondition::isTrue)
                    .isPresent();
        }
        return pod.ended() || !pod.ready();
    }

    int live() {
        int live = 0;
        for (Pod pod : pods.values()) {
            live += pod.live() ? 1 : 0;
        }
        return live;
    }

    int ready() {
        int ready = 0;
        for (Pod pod : pods.values()) {
            ready += pod.ready() ? 1 : 0;
        }
        return ready;
    }

    int versionsRunning() {
        return versions().size();
    }

    private TreeSet<String> versions() {
        TreeSet<String> versions = new TreeSet<>();
        for (Pod pod : pods.values()) {
            if (pod.running()) {
                versions.add(pod.version());
            }
        }
        return versions;
    }

    String numbers() {
        int terminating = pods.size() - live();
        return ready() + " pods ready, " + live() + " live, " + terminating + " terminating or ended"
                + (losses == 0 ? "" : ", " + losses + " lost readiness by themselves") + ", running "
                + (versions().isEmpty() ? "none" : String.join(" and ", versions()));
    }
}
