// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A container of a pod: what was asked for, and how it does.
 *
 * @param image as in the spec
 * @param command the spec's command and arguments; empty where the image's own are used
 * @param ready passes its readiness probe, or has none and runs
 * @param restartCount how often it was started again
 * @param state how it is; {@link State.Waiting} with the reason {@code ""} before the kubelet says anything
 * @param lastTermination how the run before this one ended
 */
public record ObservedContainer(
        String name,
        Role role,
        String image,
        List<String> command,
        boolean ready,
        boolean started,
        int restartCount,
        State state,
        Optional<State.Terminated> lastTermination) {
    /** What a container is for. */
    public enum Role {
        /** Runs to its end before the next one starts. */
        INIT,
        /** An init container with restartPolicy Always: runs beside the others. */
        SIDECAR,
        MAIN
    }

    /** How a container is. */
    public sealed interface State {
        /** Not running yet, or not running again yet; the reason says why. */
        record Waiting(String reason, String message) implements State {}

        /** Running since a time by the node's clock. */
        record Running(Optional<Instant> startedAt) implements State {}

        /** Ended. */
        record Terminated(
                int exitCode,
                int signal,
                String reason,
                String message,
                Optional<Instant> startedAt,
                Optional<Instant> finishedAt)
                implements State {}
    }

    public ObservedContainer {
        command = List.copyOf(command);
    }
}
