// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

/** Something to think about before the rollout; in one sentence. */
public record Warning(Kind kind, String text) {
    /** What it is about. */
    public enum Kind {
        /** A percentage rounds to something else than meant. */
        ROUNDING,
        /** The only replica may be unavailable, so nobody answers for a while. */
        SINGLE_REPLICA,
        /** The deadline may pass before a healthy pod counts as available. */
        PROGRESS_DEADLINE,
        /** A pod counts as ready as soon as it runs. */
        NO_READINESS_PROBE,
        /** Pods may end before everybody knows that they go. */
        NO_DRAIN,
        /** A quota leaves no room for the pods that there are at once. */
        QUOTA,
        /** A LimitRange or a quota refuses every pod of the new version. */
        NO_NEW_POD,
        /** The nodes have no room for them. */
        NODES,
        /** Another Deployment selects the same pods. */
        OVERLAPPING_SELECTORS,
        /** The image is {@code latest}, has no tag, or stays the same. */
        IMAGE_TAG,
        /** Nothing in the template changes, so nothing is rolled out. */
        UNCHANGED,
        /** Something could not be looked at that may matter. */
        UNSEEN,
        /** Few pods of a canary get as many requests as more pods do now. */
        CANARY_LOAD,
        /** A canary behind a route has one pod. */
        CANARY_SINGLE_POD
    }

    @Override
    public String toString() {
        return text;
    }
}
