// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import java.util.OptionalInt;

/** Knows what may be asked of the cluster at any moment of a storm of changes: less while they overlap. */
final class Storm {
    private final boolean recreate;
    private final int surge;
    private final int unavailable;
    private int mostEver;
    private int least;
    private int most;
    /** Everything is at rest, and the next change finds it so. */
    private boolean settled;
    /** One change from a settled state is under way, and nothing else but trouble between server and controllers. */
    private boolean sound;
    /** The client has seen every event since everything was at rest. */
    private boolean whole = true;

    Storm(boolean recreate, int replicas, int surge, int unavailable) {
        this.recreate = recreate;
        this.surge = recreate ? 0 : surge;
        this.unavailable = unavailable;
        this.mostEver = replicas;
    }

    /** Something is about to happen, to so many replicas at rest, or amid other changes. */
    void next(OptionalInt atRest) {
        settled = atRest.isPresent();
        if (settled) {
            whole = true;
            least = atRest.getAsInt();
            most = atRest.getAsInt();
        }
    }

    /** The template changes. */
    void edits() {
        sound = settled;
    }

    void scalesTo(int replicas) {
        sound = settled;
        least = Math.min(least, replicas);
        most = Math.max(most, replicas);
        mostEver = Math.max(mostEver, replicas);
    }

    /** Pods are taken away, or the client hears of them late. */
    void disturbs() {
        sound = false;
    }

    /** The client's watches list again: what is new is told before what is gone. */
    void cuts() {
        sound = false;
        whole = false;
    }

    /** What is wrong, on the stream of the kind that changed; or nothing. */
    String violation(Watcher seen, ObservedObject changed) {
        if (changed instanceof ObservedReplicaSet set) {
            return violation(seen, set);
        }
        return changed instanceof ObservedPod pod ? violation(seen, pod) : "";
    }

    private String violation(Watcher seen, ObservedReplicaSet changed) {
        if (changed.replicas() > mostEver + surge) {
            return "a ReplicaSet of " + changed.replicas() + ", more than R+S has ever been";
        }
        int sum = seen.replicaSets().stream()
                .mapToInt(ObservedReplicaSet::replicas)
                .sum();
        return sound && sum > most + surge ? "the ReplicaSets' sizes add up to " + sum + ", more than R+S" : "";
    }

    private String violation(Watcher seen, ObservedPod changed) {
        long siblings = seen.pods().stream()
                .filter(other -> other.live() && owner(other).equals(owner(changed)))
                .count();
        if (siblings > mostEver + surge) {
            return siblings + " live pods of one ReplicaSet, more than R+S has ever been";
        }
        if (recreate) {
            return whole && versionsRunning(seen) > 1 ? "containers of two versions run at once" : "";
        }
        long live = seen.pods().stream().filter(ObservedPod::live).count();
        if (sound && live > Math.min(2 * most, most + 2 * surge + unavailable)) {
            return live + " live pods, more than min(2R, R+2S+U)";
        }
        long ready =
                seen.pods().stream().filter(pod -> pod.live() && pod.ready()).count();
        return sound && ready < least - Math.min(unavailable, least) ? ready + " ready pods, fewer than R-U" : "";
    }

    private static String owner(ObservedPod pod) {
        return pod.metadata().controller().map(owner -> owner.uid()).orElse("");
    }

    private static long versionsRunning(Watcher seen) {
        return seen.pods().stream()
                .filter(pod -> !pod.ended())
                .flatMap(pod -> pod.containers().stream())
                .filter(container -> container.state() instanceof ObservedContainer.State.Running)
                .map(ObservedContainer::image)
                .distinct()
                .count();
    }
}
