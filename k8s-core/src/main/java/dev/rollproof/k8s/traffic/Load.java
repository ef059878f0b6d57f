// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What to send to a Service.
 *
 * @param port the Service's port; empty for its first
 * @param path what to ask for; default {@code /}
 * @param perSecond how many requests each lane sends in a second; default 50. Nothing shorter than the time between two can
 *     be seen
 * @param timeout how long an answer may take; default 2 s
 * @param lanes default both
 * @param baseline how long every request must be answered before anything is changed; default 1 s. Without it, nobody knows
 *     whose fault a lost request was
 * @param warmUp for how long the baseline may begin anew after a failure; default 5 s. A node refuses connections for up to
 *     two seconds after the first pod of a Service got ready
 * @param longest when to stop sending where nobody says so; default 10 min
 */
public record Load(
        String namespace,
        String service,
        OptionalInt port,
        String path,
        double perSecond,
        Duration timeout,
        Set<Lane> lanes,
        Duration baseline,
        Duration warmUp,
        Duration longest) {
    private static final double FASTEST = 1000;

    public Load {
        named("namespace", namespace);
        named("service", service);
        if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65_535)) {
            throw new IllegalArgumentException("port must be from 1 to 65535, was " + port.getAsInt());
        }
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "path must begin with / and have neither spaces nor other than ASCII characters, was \"" + path
                            + "\"; escape them as %20");
        }
        if (!(perSecond > 0 && perSecond <= FASTEST)) {
            throw new IllegalArgumentException(
                    "perSecond must be more than 0 and at most " + (int) FASTEST + ", was " + perSecond);
        }
        positive("timeout", timeout);
        if (lanes.isEmpty()) {
            throw new IllegalArgumentException("lanes must not be empty; use " + Set.of(Lane.values()));
        }
        lanes = Set.copyOf(lanes);
        positive("baseline", baseline);
        if (warmUp.isNegative()) {
            throw new IllegalArgumentException("warmUp must not be negative, was " + warmUp);
        }
        positive("longest", longest);
    }

    private static void named(String what, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(what + " must not be blank");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }

    /** The defaults. */
    public static Load of(String namespace, String service) {
        return new Load(
                namespace,
                service,
                OptionalInt.empty(),
                "/",
                50,
                Duration.ofSeconds(2),
                EnumSet.allOf(Lane.class),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofMinutes(10));
    }

    public Load withPort(int value) {
        return new Load(
                namespace, service, OptionalInt.of(value), path, perSecond, timeout, lanes, baseline, warmUp, longest);
    }

    public Load withPath(String value) {
        return new Load(namespace, service, port, value, perSecond, timeout, lanes, baseline, warmUp, longest);
    }

    public Load withPerSecond(double value) {
        return new Load(namespace, service, port, path, value, timeout, lanes, baseline, warmUp, longest);
    }

    public Load withTimeout(Duration value) {
        return new Load(namespace, service, port, path, perSecond, value, lanes, baseline, warmUp, longest);
    }

    /** These lanes only. */
    public Load withLanes(Lane first, Lane... others) {
        return new Load(
                namespace,
                service,
                port,
                path,
                perSecond,
                timeout,
                EnumSet.of(Objects.requireNonNull(first, "first"), others),
                baseline,
                warmUp,
                longest);
    }

    public Load withBaseline(Duration value) {
        return new Load(namespace, service, port, path, perSecond, timeout, lanes, value, warmUp, longest);
    }

    public Load withWarmUp(Duration value) {
        return new Load(namespace, service, port, path, perSecond, timeout, lanes, baseline, value, longest);
    }

    public Load withLongest(Duration value) {
        return new Load(namespace, service, port, path, perSecond, timeout, lanes, baseline, warmUp, value);
    }

    /** The time from one request of a lane to its next. */
    public Duration interval() {
        return Duration.ofNanos(Math.round(1e9 / perSecond));
    }

    /** Such as {@code Service/clock in shop}. */
    public String target() {
        return "Service/" + service + " in " + namespace;
    }
}
