// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import java.time.Duration;

/**
 * How long to wait before a trouble counts as a failure. Each is measured on our own clock from when the trouble was first
 * seen; zero means at once. The defaults follow what other rollout trackers do, corrected by what real clusters showed.
 *
 * @param crashes how many ends of one container of a new pod are too many, whatever its exit code; default 2: the first
 *     restart may be bad luck, and after the second end the kubelet itself speaks of a loop
 * @param imageNotFound the registry says that there is no such image; default 1 s, so that a second look confirms it
 * @param imageDenied no right to pull: a pull secret may be on its way; default 15 s
 * @param imageTrouble the registry cannot be reached or is busy; default 30 s, in which the kubelet tries twice
 * @param configuration a ConfigMap or Secret is missing, it may be applied next; default 10 s. Where a volume needs it, only the kubelet's
 *     events tell, by its own clock, and only when it tries again: with the default usually 15 s after the first
 * @param startError a container cannot be created or started, for a reason not known to be final; default 10 s
 * @param nodeTrouble the node fails, not the workload; default 60 s
 * @param unschedulable no node has room: an autoscaler may add one; default 60 s
 * @param replicaFailure pods may not be created; default 5 s
 * @param quota a quota is exhausted: old pods may free it, so this counts on top of their longest grace period, and from when a new pod was
 *     last let through or got ready; default 30 s
 * @param replicaSetCreation the ReplicaSet cannot be created, or the controller never comes to give it pods; default 10 s
 */
public record Patience(
        int crashes,
        Duration imageNotFound,
        Duration imageDenied,
        Duration imageTrouble,
        Duration configuration,
        Duration startError,
        Duration nodeTrouble,
        Duration unschedulable,
        Duration replicaFailure,
        Duration quota,
        Duration replicaSetCreation) {
    private static final Patience DEFAULTS = new Patience(
            2,
            Duration.ofSeconds(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10));

    /** @throws IllegalArgumentException if a time is negative, or no crash at all is allowed for */
    public Patience {
        if (crashes < 1) {
            throw new IllegalArgumentException("crashes must be at least 1, was " + crashes);
        }
        notNegative("imageNotFound", imageNotFound);
        notNegative("imageDenied", imageDenied);
        notNegative("imageTrouble", imageTrouble);
        notNegative("configuration", configuration);
        notNegative("startError", startError);
        notNegative("nodeTrouble", nodeTrouble);
        notNegative("unschedulable", unschedulable);
        notNegative("replicaFailure", replicaFailure);
        notNegative("quota", quota);
        notNegative("replicaSetCreation", replicaSetCreation);
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, was " + value);
        }
    }

    /** What the components say above. */
    public static Patience defaults() {
        return DEFAULTS;
    }

    /** So many ends of one container are too many. */
    public Patience withCrashes(int count) {
        return new Patience(
                count,
                imageNotFound,
                imageDenied,
                imageTrouble,
                configuration,
                startError,
                nodeTrouble,
                unschedulable,
                replicaFailure,
                quota,
                replicaSetCreation);
    }

    /** How long a pod may find no node: as long as an autoscaler takes to add one. */
    public Patience withUnschedulable(Duration grace) {
        return new Patience(
                crashes,
                imageNotFound,
                imageDenied,
                imageTrouble,
                configuration,
                startError,
                nodeTrouble,
                grace,
                replicaFailure,
                quota,
                replicaSetCreation);
    }

    /** How long the registry may be out of reach or busy. */
    public Patience withImageTrouble(Duration grace) {
        return new Patience(
                crashes,
                imageNotFound,
                imageDenied,
                grace,
                configuration,
                startError,
                nodeTrouble,
                unschedulable,
                replicaFailure,
                quota,
                replicaSetCreation);
    }

    /** How long a ConfigMap or Secret may be missing. */
    public Patience withConfiguration(Duration grace) {
        return new Patience(
                crashes,
                imageNotFound,
                imageDenied,
                imageTrouble,
                grace,
                startError,
                nodeTrouble,
                unschedulable,
                replicaFailure,
                quota,
                replicaSetCreation);
    }

    /** How long a node may fail: as long as it takes to come back, or to be replaced. */
    public Patience withNodeTrouble(Duration grace) {
        return new Patience(
                crashes,
                imageNotFound,
                imageDenied,
                imageTrouble,
                configuration,
                startError,
                grace,
                unschedulable,
                replicaFailure,
                quota,
                replicaSetCreation);
    }

    /** How long a quota may be exhausted, besides the grace period of old pods. */
    public Patience withQuota(Duration grace) {
        return new Patience(
                crashes,
                imageNotFound,
                imageDenied,
                imageTrouble,
                configuration,
                startError,
                nodeTrouble,
                unschedulable,
                replicaFailure,
                grace,
                replicaSetCreation);
    }
}
