// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of the requests to a Service. Times are when requests were due, counted from the end of the baseline; nothing
 * shorter than {@link #resolution()} can be told apart.
 *
 * @param begin when the baseline ended, on the clock of whoever sent
 * @param baseline the requests of the baseline, in order
 * @param requests the requests since, in order
 * @param unanswered how many requests had no outcome yet; none after {@link RunningTraffic#stop()}
 */
public record TrafficReport(Load load, Instant begin, List<Request> baseline, List<Request> requests, int unanswered) {
    public TrafficReport {
        Objects.requireNonNull(load, "load");
        Objects.requireNonNull(begin, "begin");
        baseline = List.copyOf(baseline);
        requests = List.copyOf(requests);
    }

    static boolean spoilsBaseline(Outcome outcome) {
        return outcome.failed() || (outcome instanceof Outcome.Answered answer && answer.status() >= 400);
    }

    /** Whether the baseline was not clean, so that the report says nothing about what was changed after it. */
    public boolean isVoid() {
        return whyVoid().isPresent();
    }

    /** One sentence on why the report says nothing; empty where it does say something. */
    public Optional<String> whyVoid() {
        if (baseline.isEmpty()) {
            return Optional.of("no request of the baseline has ended: the traffic was stopped too early");
        }
        List<Request> spoilt =
                baseline.stream().filter(r -> spoilsBaseline(r.outcome())).toList();
        if (spoilt.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Long> what = spoilt.stream()
                .collect(Collectors.groupingBy(TrafficReport::words, java.util.TreeMap::new, Collectors.counting()));
        String list = what.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return Optional.of(spoilt.size() + " of " + baseline.size() + " requests to " + load.target()
                + " failed in the baseline, before anything was changed (" + list + ")");
    }

    private static String words(Request request) {
        Outcome outcome = request.outcome();
        if (outcome instanceof Outcome.Answered answer) {
            return "with status " + answer.status();
        }
        return outcome instanceof Outcome.Broken broken
                ? broken.message()
                : outcome.failure().map(FailureCause::toString).orElse("answered");
    }

    /** How many requests were due. */
    public int total() {
        return requests.size();
    }

    /** How many of them got no answer, or one that says 500 or more. */
    public int failed() {
        return (int) requests.stream().filter(Request::failed).count();
    }

    /** How many failed by this cause. */
    public int failed(FailureCause cause) {
        return failuresByCause().getOrDefault(cause, 0);
    }

    /** How many requests failed of each cause that there was. */
    public Map<FailureCause, Integer> failuresByCause() {
        Map<FailureCause, Integer> failures = new EnumMap<>(FailureCause.class);
        for (Request request : requests) {
            request.outcome().failure().ifPresent(cause -> failures.merge(cause, 1, Integer::sum));
        }
        return Collections.unmodifiableMap(failures);
    }

    /** The longest time from an answer to the next in the same lane, with failed requests between; empty without any. */
    public Optional<Outage> longestOutage() {
        return outages().max(Comparator.comparing(Outage::length));
    }

    private Stream<Outage> outages() {
        return Stream.of(Lane.values())
                .flatMap(lane -> Outages.of(
                        lane, requests.stream().filter(r -> r.lane() == lane).toList())
                        .stream());
    }

    /** The versions that answered, in the order of their first answers. */
    public List<String> versions() {
        return requests.stream()
                .filter(r -> !r.failed())
                .map(r -> r.outcome() instanceof Outcome.Answered answer ? answer.version() : "")
                .distinct()
                .toList();
    }

    /** The pods that answered, by name. */
    public List<String> pods() {
        TreeSet<String> pods = new TreeSet<>();
        for (Request request : requests) {
            if (request.outcome() instanceof Outcome.Answered answer && !request.failed()) {
                pods.add(answer.pod());
            }
        }
        return List.copyOf(pods);
    }

    /** How many requests a version answered. */
    public int answers(String version) {
        return (int) requests.stream().filter(r -> r.answeredBy(version)).count();
    }

    /**
     * Which part of the answers came from a version, from 0 to 1; 0 where nobody answered. Of fresh connections, where there
     * were any: a kept connection asks the same pod again and again, which says nothing about how a Service divides.
     */
    public double share(String version) {
        TrafficReport drawn = drawn();
        int answered = drawn.total() - drawn.failed();
        return answered == 0 ? 0 : (double) drawn.answers(version) / answered;
    }

    /**
     * Within which bounds the chance lies that a request gets to a version, by the share that it had.
     *
     * @param confidence how sure to be, such as 0.95 or 0.99
     */
    public Interval shareInterval(String version, double confidence) {
        TrafficReport drawn = drawn();
        return Interval.wilson(drawn.answers(version), drawn.total() - drawn.failed(), confidence);
    }

    private TrafficReport drawn() {
        TrafficReport fresh = lane(Lane.FRESH);
        return fresh.total() == 0 ? this : fresh;
    }

    /** When the first request that a version answered was due; empty where it answered none. */
    public Optional<Duration> firstAnswer(String version) {
        return requests.stream()
                .filter(r -> r.answeredBy(version))
                .map(Request::due)
                .findFirst();
    }

    /** When the last request that a version answered was due; empty where it answered none. */
    public Optional<Duration> lastAnswer(String version) {
        return requests.stream()
                .filter(r -> r.answeredBy(version))
                .map(Request::due)
                .reduce((first, second) -> second);
    }

    /**
     * How long the answered requests took.
     *
     * @param part such as 0.5 for the median, or 0.99
     * @return the least latency that such a part of the answers did not exceed; empty where nobody answered
     */
    public Optional<Duration> latency(double part) {
        if (!(part > 0 && part <= 1)) {
            throw new IllegalArgumentException("a part lies above 0 and up to 1, such as 0.99, was " + part);
        }
        List<Duration> answered = requests.stream()
                .filter(r -> !r.failed())
                .map(Request::latency)
                .sorted()
                .toList();
        return answered.isEmpty()
                ? Optional.empty()
                : Optional.of(answered.get((int) Math.ceil(part * answered.size()) - 1));
    }

    /** The requests that were due from a time on, and before another; both counted from {@link #begin()}. */
    public TrafficReport between(Duration from, Duration to) {
        return only(r -> r.due().compareTo(from) >= 0 && r.due().compareTo(to) < 0);
    }

    /** The requests that were due from a time on, and before another, on the clock of whoever sent. */
    public TrafficReport between(Instant from, Instant to) {
        return between(Duration.between(begin, from), Duration.between(begin, to));
    }

    /** The requests of one lane. */
    public TrafficReport lane(Lane lane) {
        return only(r -> r.lane() == lane);
    }

    private TrafficReport only(Predicate<Request> kept) {
        return new TrafficReport(
                load, begin, baseline, requests.stream().filter(kept).toList(), unanswered);
    }

    /** The time from one request of a lane to its next: what was shorter may not have been seen. */
    public Duration resolution() {
        return load.interval();
    }

    /** All of it in a sentence or two. */
    public String summary() {
        return Summary.of(this);
    }

    @Override
    public String toString() {
        return summary();
    }
}
