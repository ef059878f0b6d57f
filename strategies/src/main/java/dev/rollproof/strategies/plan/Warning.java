// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

/** Something to think about before the rollout; in one sentence. */
public record Warning(Kind kind, String text) {
    /** What it is about. */
    public enum Kind {
        ROUNDING,
        SINGLE_REPLICA,
        PROGRESS_DEADLINE,
        NO_READINESS_PROBE,
        NO_DRAIN,
        QUOTA,
        NODES,
        OVERLAPPING_SELECTORS,
        IMAGE_TAG,
        UNCHANGED,
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
