// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedDaemonSet;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedStatefulSet;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.Cause;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a workload stands at one look: the part of the judgement that each kind answers in its own way. It is asked only about a
 * workload that is ours and whose present generation the controller has seen.
 */
interface Standing {
    /** More names make no sentence. */
    int MOST_NAMES = 5;

    static Standing of(Snapshot seen, ObservedWorkload workload, boolean waitForOldPods) {
        if (workload instanceof ObservedDeployment d) {
            return new DeploymentStanding(seen, d, waitForOldPods);
        }
        if (workload instanceof ObservedStatefulSet set) {
            return new StatefulSetStanding(seen, set, waitForOldPods);
        }
        return new DaemonSetStanding(seen, (ObservedDaemonSet) workload, waitForOldPods);
    }

    /** The pods of the new template, neither ended nor being deleted. */
    List<ObservedPod> newLive();

    /** The pods that must be ready for the rollout to be complete: the new ones, and others that it waits for. */
    default List<ObservedPod> awaited() {
        return newLive();
    }

    /** What holds the awaited pods up, and what the controller itself reports. */
    List<Trouble> troubles(PodRules rules, Patience patience);

    /** That the controller itself gave up. */
    default Optional<Cause> deadlineExceeded() {
        return Optional.empty();
    }

    /** Why nobody goes on unless a person does something, in one sentence; empty where the controller does. */
    default Optional<String> standstill() {
        return Optional.empty();
    }

    boolean complete();

    /** One line for people, with counts. */
    String line();

    /** Adds to what made the rollout fail what a person has to know to mend it. */
    default List<Cause> advise(List<Cause> failures) {
        return failures;
    }

    /** What else there is besides the new pods that are wanted; a number that is not positive is not told. */
    static void addRest(StringBuilder line, int tooMany, int old, int leaving) {
        if (tooMany > 0) {
            line.append(", ").append(tooMany).append(" too many");
        }
        if (old > 0) {
            line.append(", ").append(old).append(" old to be replaced");
        }
        if (leaving > 0) {
            line.append(", ").append(leaving).append(" still leaving");
        }
    }

    /** How often the containers of pods were restarted, all together. */
    static int restarts(Collection<ObservedPod> pods) {
        int restarts = 0;
        for (ObservedPod pod : pods) {
            for (ObservedContainer container : pod.containers()) {
                restarts += container.restartCount();
            }
        }
        return restarts;
    }

    static int ready(Collection<ObservedPod> pods) {
        int ready = 0;
        for (ObservedPod pod : pods) {
            ready += pod.ready() ? 1 : 0;
        }
        return ready;
    }

    /** That updateStrategy OnDelete leaves pods to be deleted by a person; empty where there are none. */
    static Optional<String> onDelete(List<ObservedPod> old) {
        return old.isEmpty()
                ? Optional.empty()
                : Optional.of(onDelete(old.size()) + ": "
                        + old.stream()
                                .map(pod -> pod.metadata().name())
                                .sorted()
                                .limit(MOST_NAMES)
                                .collect(Collectors.joining(", "))
                        + (old.size() > MOST_NAMES ? ", …" : ""));
    }

    static String onDelete(int old) {
        return old + (old == 1 ? " pod is" : " pods are")
                + " of an older template, and updateStrategy OnDelete replaces none; it goes on when somebody deletes "
                + (old == 1 ? "it" : "them");
    }
}
