// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes down what becomes of requests, and says when the baseline is over. Whoever sends tells it; times are counted from
 * the first request. For implementations of {@link Traffic}. Safe to use from several threads.
 */
public final class TrafficRecording {
    private final Load load;
    private final Instant startedAt;
    private final List<Entry> entries = new ArrayList<>();
    private Duration baselineFrom = Duration.ZERO;
    private boolean baselineOver;
    private int unanswered;

    private static final class Entry {
        final Duration due;
        final Lane lane;

        @Nullable
        Outcome outcome;

        Duration latency = Duration.ZERO;

        Entry(Duration due, Lane lane) {
            this.due = due;
            this.lane = lane;
        }
    }

    /**
     * @param startedAt when the first request is due
     */
    public TrafficRecording(Load load, Instant startedAt) {
        this.load = Objects.requireNonNull(load, "load");
        this.startedAt = Objects.requireNonNull(startedAt, "startedAt");
    }

    /**
     * A request is due; requests are told in the order in which they are.
     *
     * @return its number, to tell its end by
     */
    public synchronized int due(Duration due, Lane lane) {
        entries.add(new Entry(due, lane));
        unanswered++;
        return entries.size() - 1;
    }

    /** A request has its outcome. */
    public synchronized void ended(int number, Outcome outcome, Duration latency) {
        Entry entry = entries.get(number);
        if (entry.outcome != null) {
            throw new IllegalStateException("request " + number + " ended already, with " + entry.outcome);
        }
        entry.outcome = outcome;
        entry.latency = latency;
        unanswered--;
        if (!baselineOver && TrafficReport.spoilsBaseline(outcome) && entry.due.compareTo(baselineFrom) >= 0) {
            Duration next = entry.due.plus(load.interval());
            baselineFrom = next.compareTo(load.warmUp()) <= 0 ? next : baselineFrom;
        }
    }

    private Duration baselineEnd() {
        return baselineFrom.plus(load.baseline());
    }

    /** All that are due before a time; a sender whom the machine keeps waiting tells of them late. */
    private boolean areToldUntil(Duration end) {
        long nanos = load.interval().toNanos();
        long perLane = (end.toNanos() + nanos - 1) / nanos;
        return entries.size() >= perLane * load.lanes().size();
    }

    /** Whether so much time after the first request was due the baseline is over, and all its requests have ended. */
    public synchronized boolean baselineOver(Duration elapsed) {
        if (!baselineOver && elapsed.compareTo(baselineEnd()) >= 0 && areToldUntil(baselineEnd())) {
            baselineOver = entries.stream()
                    .filter(entry -> entry.due.compareTo(baselineEnd()) < 0)
                    .noneMatch(entry -> entry.outcome == null);
        }
        return baselineOver;
    }

    /** How many requests have no outcome yet. */
    public synchronized int unanswered() {
        return unanswered;
    }

    /** What is known by now. */
    public synchronized TrafficReport report() {
        Duration end = baselineEnd();
        List<Request> baseline = new ArrayList<>();
        List<Request> measured = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.outcome != null && entry.due.compareTo(baselineFrom) >= 0) {
                Request request = new Request(entry.due.minus(end), entry.lane, entry.outcome, entry.latency);
                (request.due().isNegative() ? baseline : measured).add(request);
            }
        }
        return new TrafficReport(load, startedAt.plus(end), baseline, measured, unanswered);
    }
}
