// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.check;

import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Something that a new version has to show before it gets more: a plain Java predicate, and how often it is asked. Immutable;
 * each step returns a new one. It is asked on the thread that drives the rollout, and what it throws is an error of the
 * measuring, not a failure of the version.
 *
 * <pre>{@code
 * Check.ofTraffic("few errors", running, report -> report.failed() * 100 <= report.total())
 *         .count(5).interval(Duration.ofSeconds(10)).failureLimit(1)
 * }</pre>
 *
 * @param name by which a recovered rollout finds its check again; unique within a strategy
 */
public record Check(String name, Probe probe, CheckLimits limits) {
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** Measures once. */
    @FunctionalInterface
    public interface Probe {
        /** Any exception counts as an error of the measuring. */
        Measurement measure(CheckContext context) throws Exception;
    }

    /** A question that may fail. */
    @FunctionalInterface
    public interface Question {
        /** Whether the new version is good. Any exception counts as an error of the measuring. */
        boolean isGood(CheckContext context) throws Exception;
    }

    /** Where the latest lines of a log come from, such as fabric8's {@code pods().withName(name).tailingLines(100).getLog()}. */
    @FunctionalInterface
    public interface Log {
        /** The latest lines. Any exception counts as an error of the measuring. */
        String text(CheckContext context) throws Exception;
    }

    /** @throws IllegalArgumentException if the name is blank */
    public Check {
        Objects.requireNonNull(name, "name");
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        Objects.requireNonNull(probe, "probe");
        Objects.requireNonNull(limits, "limits");
    }

    /** Anything that can be answered with yes or no. */
    public static Check of(String name, Question question) {
        return measuring(name, context -> {
            boolean good = question.isGood(context);
            return Measurement.of(good, good ? "yes" : "no");
        });
    }

    /** Anything that says itself what it came to: it may be inconclusive too. */
    public static Check measuring(String name, Probe probe) {
        return new Check(name, probe, CheckLimits.defaults());
    }

    /**
     * Over the requests that were due since the check's step began. A report that is void, because traffic was not clean
     * before anything was changed, is an error of the measuring; without any answer yet it is inconclusive.
     */
    public static Check ofTraffic(String name, RunningTraffic traffic, Predicate<TrafficReport> good) {
        return measuring(name, context -> {
            TrafficReport all = traffic.soFar();
            if (all.isVoid()) {
                return Measurement.error(all.whyVoid().orElse("the report is void"));
            }
            TrafficReport since =
                    all.between(context.since(), context.cluster().time().now());
            return since.total() == 0
                    ? Measurement.inconclusive("no request was due yet")
                    : Measurement.of(good.test(since), since.failed() + " of " + since.total() + " requests failed");
        });
    }

    /** Over the text of a log. */
    public static Check ofLog(String name, Log log, Predicate<String> good) {
        return measuring(name, context -> {
            String text = log.text(context);
            return Measurement.of(good.test(text), text.lines().count() + " lines of log");
        });
    }

    /** Over an HTTP endpoint's answer, asked with GET; no answer within 5 s is an error of the measuring. */
    public static Check ofHttp(String name, URI endpoint, Predicate<HttpResponse<String>> good) {
        HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER).build();
        HttpRequest request = HttpRequest.newBuilder(endpoint).timeout(ANSWER).build();
        return measuring(name, context -> {
            HttpResponse<String> answer = send(client, request);
            return Measurement.of(good.test(answer), endpoint + " answered " + answer.statusCode());
        });
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** How many measurements make it successful; needs an {@link #interval} too where above 1. */
    public Check count(int value) {
        Duration interval = value > 1 && limits.interval().isZero() ? Duration.ofSeconds(10) : limits.interval();
        return with(new CheckLimits(
                value,
                interval,
                limits.failureLimit(),
                limits.inconclusiveLimit(),
                limits.consecutiveErrorLimit(),
                limits.initialDelay(),
                limits.dryRun()));
    }

    /** From the end of one measurement to the next; default 10 s where there are several. */
    public Check interval(Duration value) {
        return with(new CheckLimits(
                limits.count(),
                value,
                limits.failureLimit(),
                limits.inconclusiveLimit(),
                limits.consecutiveErrorLimit(),
                limits.initialDelay(),
                limits.dryRun()));
    }

    /** How many measurements may fail; give {@link #count} first, which must be above it. */
    public Check failureLimit(int value) {
        return with(new CheckLimits(
                limits.count(),
                limits.interval(),
                value,
                limits.inconclusiveLimit(),
                limits.consecutiveErrorLimit(),
                limits.initialDelay(),
                limits.dryRun()));
    }

    /** How many measurements may be inconclusive; give {@link #count} first, which must be above it. */
    public Check inconclusiveLimit(int value) {
        return with(new CheckLimits(
                limits.count(),
                limits.interval(),
                limits.failureLimit(),
                value,
                limits.consecutiveErrorLimit(),
                limits.initialDelay(),
                limits.dryRun()));
    }

    /** How many measurements in a row may end in error. */
    public Check consecutiveErrorLimit(int value) {
        return with(new CheckLimits(
                limits.count(),
                limits.interval(),
                limits.failureLimit(),
                limits.inconclusiveLimit(),
                value,
                limits.initialDelay(),
                limits.dryRun()));
    }

    /** How long to wait before the first measurement. */
    public Check initialDelay(Duration value) {
        return with(new CheckLimits(
                limits.count(),
                limits.interval(),
                limits.failureLimit(),
                limits.inconclusiveLimit(),
                limits.consecutiveErrorLimit(),
                value,
                limits.dryRun()));
    }

    /** Measures and tells, and decides nothing. */
    public Check dryRun() {
        return with(new CheckLimits(
                limits.count(),
                limits.interval(),
                limits.failureLimit(),
                limits.inconclusiveLimit(),
                limits.consecutiveErrorLimit(),
                limits.initialDelay(),
                true));
    }

    private Check with(CheckLimits value) {
        return new Check(name, probe, value);
    }
}
