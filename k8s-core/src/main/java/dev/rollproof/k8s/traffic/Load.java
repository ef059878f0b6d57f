// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What to send, and where to.
 *
 * @param path what to ask for; default {@code /}
 * @param headers what a request says besides, by names of which upper and lower case are the same; default nothing
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
        Target target,
        String path,
        Map<String, String> headers,
        double perSecond,
        Duration timeout,
        Set<Lane> lanes,
        Duration baseline,
        Duration warmUp,
        Duration longest) {
    private static final double FASTEST = 1000;
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~]+");

    /**
     * @throws IllegalArgumentException if a time is not positive, the rate not above 0 or beyond 1,000, a path or header no HTTP, or
     *     there is no lane
     */
    public Load {
        Objects.requireNonNull(target, "target");
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "path must begin with / and have neither spaces nor other than ASCII characters, was \"" + path
                            + "\"; escape them as %20");
        }
        Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, value) -> {
            if (!HEADER_NAME.matcher(name).matches()
                    || !HEADER_VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "a header is a name without spaces and a value of ASCII characters, was \"" + name + ": "
                                + value + "\"");
            }
            sorted.put(name, value);
        });
        if (sorted.containsKey("Host")) {
            throw new IllegalArgumentException("the header Host is the target's: send to another host instead");
        }
        headers = Collections.unmodifiableMap(sorted);
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

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }

    /** To a Service's first port, with the defaults. */
    public static Load of(String namespace, String service) {
        return to(new Target.OfService(namespace, service, OptionalInt.empty()));
    }

    /** To a host that a gateway serves, with the defaults. */
    public static Load ofHost(String name) {
        return to(new Target.Host(name));
    }

    private static Load to(Target target) {
        return new Load(
                target,
                "/",
                Map.of(),
                50,
                Duration.ofSeconds(2),
                EnumSet.allOf(Lane.class),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofMinutes(10));
    }

    /**
     * To this port of the Service.
     *
     * @throws IllegalStateException if it goes to a host: there the HTTPRoute names the port
     */
    public Load withPort(int value) {
        if (!(target instanceof Target.OfService service)) {
            throw new IllegalStateException(
                    "a load to " + target + " has no Service's port: the HTTPRoute's backends name theirs");
        }
        return with(new Target.OfService(service.namespace(), service.service(), OptionalInt.of(value)));
    }

    private Load with(Target value) {
        return new Load(value, path, headers, perSecond, timeout, lanes, baseline, warmUp, longest);
    }

    /** To this path, which begins with {@code /}. */
    public Load withPath(String value) {
        return new Load(target, value, headers, perSecond, timeout, lanes, baseline, warmUp, longest);
    }

    /** With one more header. */
    public Load withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(headers);
        more.put(name, value);
        return new Load(target, path, more, perSecond, timeout, lanes, baseline, warmUp, longest);
    }

    /** So many requests a second in each lane, at most 1,000. */
    public Load withPerSecond(double value) {
        return new Load(target, path, headers, value, timeout, lanes, baseline, warmUp, longest);
    }

    /** How long an answer may take. */
    public Load withTimeout(Duration value) {
        return new Load(target, path, headers, perSecond, value, lanes, baseline, warmUp, longest);
    }

    /** These lanes only. */
    public Load withLanes(Lane first, Lane... others) {
        Set<Lane> value = EnumSet.of(Objects.requireNonNull(first, "first"), others);
        return new Load(target, path, headers, perSecond, timeout, value, baseline, warmUp, longest);
    }

    /** How long all must be answered before anything is changed. */
    public Load withBaseline(Duration value) {
        return new Load(target, path, headers, perSecond, timeout, lanes, value, warmUp, longest);
    }

    /** For how long the baseline may begin anew after a failure; zero for never. */
    public Load withWarmUp(Duration value) {
        return new Load(target, path, headers, perSecond, timeout, lanes, baseline, value, longest);
    }

    /** When to stop where nobody says so. */
    public Load withLongest(Duration value) {
        return new Load(target, path, headers, perSecond, timeout, lanes, baseline, warmUp, value);
    }

    /** The time from one request of a lane to its next. */
    public Duration interval() {
        return Duration.ofNanos(Math.round(1e9 / perSecond));
    }
}
