// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The route of a canary, as its steps weigh it. Pure.
 *
 * @param weights by what they were before
 */
record WeighedRoute(Split split, RouteWeights weights, List<Step> steps) {
    /** The change that gives the canary so many percent. */
    Action weigh(int percent) {
        return new Action.Weigh(split, weights.at(percent));
    }

    /** The canary's weight that the route has; empty where the weights are none of ours. */
    OptionalInt inForce(Seen seen) {
        List<Integer> all = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Weight weight) {
                all.add(weight.percent());
            }
        }
        all.add(0);
        return weights.percentOf(seen.weights(), all);
    }

    /** Whether the canary gets nothing, by our doing or somebody else's. */
    boolean isBack(Seen seen) {
        return seen.weights().stream().allMatch(rule -> rule.canary() == 0);
    }

    /**
     * That the route is not as it was left. Somebody who takes the weight away from the canary while it holds is not to be fought.
     *
     * @param present the weight of the present step
     * @param besides what it may be, too, on the way to it
     */
    Optional<Ending> trouble(Seen seen, int present, List<Integer> besides) {
        if (seen.weights().isEmpty()) {
            return Optional.of(Ending.failed(
                    "no rule of " + split.route() + " has Service/" + split.stable() + " and Service/" + split.canary()
                            + " any more",
                    List.of()));
        }
        List<Integer> ours = new ArrayList<>(besides);
        ours.add(present);
        return weights.percentOf(seen.weights(), ours).isPresent()
                ? Optional.empty()
                : Optional.of(Ending.failed(
                        "somebody else changed the weights in " + split.route() + " to "
                                + RouteWeights.text(seen.weights()) + ", which were "
                                + RouteWeights.text(weights.at(present)),
                        List.of()));
    }

    /** Such as {@code HTTPRoute/clock in default to 95/5}. */
    String text(int percent) {
        return split.route() + " to " + RouteWeights.text(weights.at(percent));
    }
}
