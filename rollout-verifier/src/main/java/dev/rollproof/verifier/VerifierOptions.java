// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.verifier.judge.Patience;
import java.time.Duration;
import java.util.Objects;

/**
 * How to verify a rollout.
 *
 * @param timeout how long the rollout may take in all; default 10 minutes
 * @param stableFor how long it must stay complete before it counts; a container that restarts within this time begins the
 *     wait anew. Default zero: a crash one second after completion goes unseen
 * @param waitForOldPods whether the old pods must be gone: they answer requests while they terminate. Default false
 * @param patience how long each trouble may last before the rollout counts as failed
 * @param watchdog after how long a silence the objects are read directly; default 10 s. A watch that is open and silent
 *     proves nothing
 * @param unreachable how long the cluster may be out of reach before that is the verdict; default 90 s, longer than an API
 *     server's restart
 */
public record VerifierOptions(
        Duration timeout,
        Duration stableFor,
        boolean waitForOldPods,
        Patience patience,
        Duration watchdog,
        Duration unreachable) {
    private static final VerifierOptions DEFAULTS = new VerifierOptions(
            Duration.ofMinutes(10),
            Duration.ZERO,
            false,
            Patience.defaults(),
            Duration.ofSeconds(10),
            Duration.ofSeconds(90));

    /** @throws IllegalArgumentException if a time is negative, or zero where it has to be positive */
    public VerifierOptions {
        positive("timeout", timeout);
        if (stableFor.isNegative()) {
            throw new IllegalArgumentException("stableFor must not be negative, was " + stableFor);
        }
        Objects.requireNonNull(patience, "patience");
        positive("watchdog", watchdog);
        positive("unreachable", unreachable);
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }

    /** Ten minutes, complete as soon as it is, whether or not the old pods are gone. */
    public static VerifierOptions defaults() {
        return DEFAULTS;
    }

    /** How long the rollout may take in all. */
    public VerifierOptions withTimeout(Duration value) {
        return new VerifierOptions(value, stableFor, waitForOldPods, patience, watchdog, unreachable);
    }

    /** How long it must stay complete before it counts; zero for not at all. */
    public VerifierOptions withStableFor(Duration value) {
        return new VerifierOptions(timeout, value, waitForOldPods, patience, watchdog, unreachable);
    }

    /** Whether the old pods must be gone, too. */
    public VerifierOptions withWaitForOldPods(boolean value) {
        return new VerifierOptions(timeout, stableFor, value, patience, watchdog, unreachable);
    }

    /** How long each trouble may last. */
    public VerifierOptions withPatience(Patience value) {
        return new VerifierOptions(timeout, stableFor, waitForOldPods, value, watchdog, unreachable);
    }

    /** After how long a silence the objects are read directly. */
    public VerifierOptions withWatchdog(Duration value) {
        return new VerifierOptions(timeout, stableFor, waitForOldPods, patience, value, unreachable);
    }

    /** How long the cluster may be out of reach. */
    public VerifierOptions withUnreachable(Duration value) {
        return new VerifierOptions(timeout, stableFor, waitForOldPods, patience, watchdog, value);
    }
}
