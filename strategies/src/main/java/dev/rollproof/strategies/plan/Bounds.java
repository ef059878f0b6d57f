// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import java.util.Optional;

/**
 * What holds on every way that the rollout can take, as long as the assumptions do and nobody interferes.
 *
 * @param mostAskedFor the most pods that the ReplicaSets are asked for together
 * @param mostLive the most pods that live at once, not counting those that terminate
 * @param mostPods the most pods at once with those that terminate: what a quota counts
 * @param mostRequested what pods request at most at once, those that terminate included
 * @param leastReady the fewest pods that are ready
 * @param mixed how long pods of both versions may answer; empty where they never do
 * @param duration until the new version is complete
 * @param oldPodsGone until the last old pod is gone
 */
public record Bounds(
        int mostAskedFor,
        int mostLive,
        int mostPods,
        Resources mostRequested,
        int leastReady,
        Optional<Range> mixed,
        Range duration,
        Range oldPodsGone) {}
