// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a rollout will be like.
 *
 * @param title what is rolled out and how, in one line
 * @param steps a likely way; real ones differ from run to run
 * @param bounds what holds on every way
 * @param warnings what to think about before
 */
public record Plan(String title, List<Step> steps, Bounds bounds, List<Warning> warnings) {
    /**
     * The size of one ReplicaSet or Deployment.
     *
     * @param of whose, such as {@code old}, {@code new} or {@code canary}
     */
    public record Size(String of, int pods) {}

    /**
     * One step of the way.
     *
     * @param at when, about, from the change on
     * @param sizes what is asked for from then on
     * @param rule why
     */
    public record Step(Duration at, List<Size> sizes, String rule) {
        public Step {
            sizes = List.copyOf(sizes);
        }

        /** Such as {@code 8/3}, old and new. */
        public String inShort() {
            return sizes.stream().map(size -> String.valueOf(size.pods())).collect(Collectors.joining("/"));
        }
    }

    public Plan {
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
    }

    /**
     * Plans what the Deployment controller does.
     *
     * @param current the Deployment as it is, at rest; empty where there is none yet
     * @param next the Deployment as it should be, with its strategy
     */
    public static Plan of(Optional<Deployment> current, Deployment next, Assumptions assumptions) {
        return Prognosis.of(current, next, assumptions).plan();
    }

    /** The sizes of all steps, such as {@code 10 10/3 8/3}. */
    public String way() {
        return steps.stream().map(Step::inShort).collect(Collectors.joining(" "));
    }
}
