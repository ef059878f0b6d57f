// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.strategies.check.CheckRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a strategy decides by.
 *
 * @param deployments those that the strategy named
 * @param selectors the selectors of the Services that it named
 * @param weights of the Services of its split, in every rule that names both; empty where there is no such rule, or no split
 * @param check the check of the present step, once it has begun
 * @param command what somebody told the driver
 * @param refused what the cluster said to the last action, where it refused it for good
 * @param drivenSince when this driver began to drive: a time in which nobody drove is not held against the new version
 */
public record Seen(
        Map<ObjectRef, Side> deployments,
        Map<ObjectRef, Map<String, String>> selectors,
        List<Split.Weights> weights,
        Optional<CheckRun> check,
        Optional<Command> command,
        Optional<String> refused,
        Instant drivenSince) {
    public Seen {
        deployments = Map.copyOf(deployments);
        selectors = Map.copyOf(selectors);
        weights = List.copyOf(weights);
    }

    public Side side(ObjectRef deployment) {
        Side side = deployments.get(deployment);
        if (side == null) {
            throw new IllegalArgumentException(deployment + " is not followed");
        }
        return side;
    }

    /** When a move that began in this state has taken too long. */
    public Instant tooLate(State<?> state, Duration patience) {
        Instant since = state.since().isBefore(drivenSince) ? drivenSince : state.since();
        return since.plus(patience);
    }

    public boolean toldTo(Command.Verb verb, int step) {
        return command.filter(told -> told.verb() == verb && (verb == Command.Verb.ABORT || told.step() == step))
                .isPresent();
    }
}
