// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.PromiseReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a verdict, to be read as a sentence. Where one does not hold, the message is the verdict's own summary, what
 * was wanted, and the end of the timeline.
 */
public final class VerdictAssert extends AbstractAssert<VerdictAssert, Verdict> {
    VerdictAssert(@Nullable Verdict actual) {
        super(actual, VerdictAssert.class);
    }

    /** The new version is rolled out, whole. */
    public VerdictAssert isComplete() {
        return is(Verdict.Complete.class, "complete");
    }

    /** It failed, and the verdict has the cause. */
    public VerdictAssert failed() {
        return is(Verdict.Failed.class, "failed");
    }

    /** It was not complete in time. */
    public VerdictAssert timedOut() {
        return is(Verdict.TimedOut.class, "timed out");
    }

    /** Somebody changed the template meanwhile. */
    public VerdictAssert superseded() {
        return is(Verdict.Superseded.class, "superseded");
    }

    /** It waits for somebody. */
    public VerdictAssert isPaused() {
        return is(Verdict.Paused.class, "paused");
    }

    /** What was rolled out is gone. */
    public VerdictAssert isDeleted() {
        return is(Verdict.Deleted.class, "deleted");
    }

    /** The cluster did not answer for too long. */
    public VerdictAssert isUnreachable() {
        return is(Verdict.Unreachable.class, "unreachable");
    }

    /** A recording ended before there was a verdict; only a replay says so. */
    public VerdictAssert isUndecided() {
        return is(Verdict.Undecided.class, "undecided");
    }

    private VerdictAssert is(Class<? extends Verdict> wanted, String word) {
        isNotNull();
        return wanted.isInstance(actual) ? this : failure("wanted a verdict that says " + word);
    }

    /**
     * One of the causes has this reason.
     *
     * @param reason Kubernetes' word, such as {@link Reasons#CRASH_LOOP}
     */
    public VerdictAssert because(String reason) {
        isNotNull();
        return causes().stream().anyMatch(cause -> cause.reason().equals(reason))
                ? this
                : failure("wanted the cause " + reason + ", but " + reasons());
    }

    private List<Cause> causes() {
        return actual.evidence().causes();
    }

    private String reasons() {
        return causes().isEmpty()
                ? "it names no cause"
                : "it names " + causes().stream().map(Cause::reason).collect(Collectors.joining(", "));
    }

    /** One of the causes says this, in its message or its container's or pod's name. */
    public VerdictAssert saying(String text) {
        isNotNull();
        return causes().stream().anyMatch(cause -> cause.toString().contains(text))
                ? this
                : failure("wanted a cause that says \"" + text + "\", but "
                        + (causes().isEmpty() ? "it names none" : "none does"));
    }

    /** The verdict came no later than this after the verification's start. */
    public VerdictAssert within(Duration most) {
        isNotNull();
        Duration elapsed = actual.evidence().elapsed();
        return elapsed.compareTo(most) <= 0
                ? this
                : failure("wanted that within " + seconds(most) + ", but it took " + seconds(elapsed));
    }

    /**
     * Everything that the strategy promises held on every event of the rollout. Fails too where it cannot be told: nobody
     * observed the change from before it was made, something could not be seen, or the change did not meet a Deployment at rest.
     */
    public VerdictAssert keptItsPromises() {
        isNotNull();
        Optional<PromiseReport> promises = actual.evidence().promises();
        if (promises.isEmpty()) {
            return failure(
                    "wanted promises that were kept, but nobody kept account of them; run it by Rollout, or verify it"
                            + " by RolloutVerifier.watch");
        }
        PromiseReport report = promises.get();
        if (!report.broken().isEmpty()) {
            return failure("wanted promises that were kept, but " + lines(report.broken(), Finding.Broken::inWords));
        }
        if (report.whyNothing().isPresent()) {
            return failure("wanted promises that were kept, but nothing was promised: "
                    + report.whyNothing().get());
        }
        List<Finding.NotApplicable> unknown = report.findings().stream()
                .filter(Finding.NotApplicable.class::isInstance)
                .map(Finding.NotApplicable.class::cast)
                .filter(Finding.NotApplicable::given)
                .toList();
        return unknown.isEmpty()
                ? this
                : failure("wanted promises that were kept, but " + lines(unknown, Finding.NotApplicable::line));
    }

    private static <T> String lines(List<T> findings, Function<T, String> line) {
        return findings.stream().map(line).collect(Collectors.joining("; "));
    }

    /** Goes on with the verdict's timeline. */
    public TimelineAssert timeline() {
        isNotNull();
        return new TimelineAssert(actual.evidence().timeline()).as(actual.summary());
    }

    private VerdictAssert failure(String wanted) {
        throw failureWithActualExpected(
                actual.outcome(),
                wanted,
                "%n%s%n%s%nThe end of its timeline:%n%s",
                actual.summary(),
                wanted,
                TimelineAssert.end(actual.evidence().timeline()));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
