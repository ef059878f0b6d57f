// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.strategies.check.CheckRun;
import java.util.Map;
import java.util.Optional;

/**
 * All that a strategy decides by.
 *
 * @param deployments those that the strategy named
 * @param selectors the selectors of the Services that it named
 * @param check the check of the present step, once it has begun
 * @param command what somebody told the driver
 * @param refused what the cluster said to the last action, where it refused it for good
 */
public record Seen(
        Map<ObjectRef, Side> deployments,
        Map<ObjectRef, Map<String, String>> selectors,
        Optional<CheckRun> check,
        Optional<Command> command,
        Optional<String> refused) {
    public Seen {
        deployments = Map.copyOf(deployments);
        selectors = Map.copyOf(selectors);
    }

    public Side side(ObjectRef deployment) {
        Side side = deployments.get(deployment);
        if (side == null) {
            throw new IllegalArgumentException(deployment + " is not followed");
        }
        return side;
    }

    public boolean toldTo(Command.Verb verb, int step) {
        return command.filter(told -> told.verb() == verb && (verb == Command.Verb.ABORT || told.step() == step))
                .isPresent();
    }
}
