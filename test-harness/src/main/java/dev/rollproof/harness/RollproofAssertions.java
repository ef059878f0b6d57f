// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.harness.traffic.TrafficReportAssert;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * AssertJ's assertions, and those of Rollproof: one static import for both.
 *
 * <pre>{@code
 * import static dev.rollproof.harness.RollproofAssertions.assertThat;
 *
 * assertThat(verdict).failed().because(CRASH_LOOP).within(ofSeconds(15));
 * assertThat(verdict).isComplete().keptItsPromises();
 * assertThat(verdict).timeline().showsInOrder("Error, exit 1", "CrashLoopBackOff");
 * assertThat(report).hasNoFailures().wasAnsweredBy("1.1", "1.2");
 * }</pre>
 */
public class RollproofAssertions extends Assertions {
    /** Only to be extended, for assertions of one's own besides. */
    protected RollproofAssertions() {}

    /** On what came of a rollout. */
    public static VerdictAssert assertThat(@Nullable Verdict verdict) {
        return new VerdictAssert(verdict);
    }

    /** On what its users met. */
    public static TrafficReportAssert assertThat(@Nullable TrafficReport report) {
        return TrafficReportAssert.assertThat(report);
    }

    /** On what was observed, in its order. */
    public static TimelineAssert assertThat(@Nullable Timeline timeline) {
        return new TimelineAssert(timeline);
    }
}
