// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Waits in the time that a cluster lives by: through Awaitility on a real one; on a simulated one, whose time passes only for
 * those who wait for it, by letting it pass. Immutable.
 *
 * <pre>{@code
 * Waiting.on(cluster).atMost(ofSeconds(30)).until("the pods are gone", () -> pods().isEmpty());
 * }</pre>
 */
public final class Waiting {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Time time;
    private final Duration limit;

    private Waiting(Time time, Duration limit) {
        this.time = time;
        this.limit = limit;
    }

    /** Waits for a minute at most. */
    public static Waiting on(Cluster cluster) {
        return new Waiting(cluster.time(), Duration.ofMinutes(1));
    }

    /** How long to wait before it is an error. */
    public Waiting atMost(Duration value) {
        return new Waiting(time, Objects.requireNonNull(value, "value"));
    }

    /**
     * Waits until a condition holds; it is looked at every 50 ms.
     *
     * @param what what is waited for, for the message
     * @throws AssertionError if it does not hold in time
     */
    public void until(String what, BooleanSupplier condition) {
        if (!holds(what, condition)) {
            throw new AssertionError("waited " + limit.toMillis() / 1000.0 + " s, but not: " + what);
        }
    }

    private boolean holds(String what, BooleanSupplier condition) {
        if (time != Time.system()) {
            return holdsInVirtualTime(condition);
        }
        try {
            Awaitility.await(what)
                    .atMost(limit)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(LOOK_AGAIN)
                    .until(condition::getAsBoolean);
            return true;
        } catch (ConditionTimeoutException late) {
            return false;
        }
    }

    private boolean holdsInVirtualTime(BooleanSupplier condition) {
        Instant deadline = time.now().plus(limit);
        try {
            while (!condition.getAsBoolean()) {
                if (!time.now().isBefore(deadline)) {
                    return false;
                }
                time.awaitUntil(time.now().plus(LOOK_AGAIN), () -> false);
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }
}
