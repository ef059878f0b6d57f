// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import dev.rollproof.k8s.traffic.Interval;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.util.Locale;
import org.assertj.core.api.AbstractAssert;

/** Says which share of the answers a version must have had, from 0 to 1. */
public final class ShareAssert extends AbstractAssert<ShareAssert, TrafficReport> {
    /** One test in a thousand fails by chance: a test that is run every day does so once in three years. */
    private static final double CONFIDENCE = 0.999;

    private final String version;

    ShareAssert(TrafficReport actual, String version) {
        super(actual, ShareAssert.class);
        this.version = version;
    }

    /** The share that was seen lies between two bounds, both included. */
    public ShareAssert isWithin(double low, double high) {
        double share = actual.share(version);
        if (share < low || share > high) {
            throw failure(
                    "%s",
                    String.format(
                            Locale.ROOT,
                            "Expecting version %s to have %.1f %% to %.1f %% of the answers, but it had %.1f %%.%n%s",
                            version,
                            100 * low,
                            100 * high,
                            100 * share,
                            actual.summary()));
        }
        return this;
    }

    /**
     * What was seen is what comes of a Service that sends this part of all requests to the version, such as 0.1 for one pod
     * of ten; with a confidence of 99.9 %.
     */
    public ShareAssert isThatOf(double part) {
        return isThatOf(part, CONFIDENCE);
    }

    /**
     * The same.
     *
     * @param confidence how seldom that part may be thought wrong where it is right, such as 0.99
     */
    public ShareAssert isThatOf(double part, double confidence) {
        Interval interval = actual.shareInterval(version, confidence);
        if (!interval.contains(part)) {
            throw failure(
                    "%s",
                    String.format(
                            Locale.ROOT,
                            "Expecting version %s to be sent %.1f %% of the requests, but by the %.1f %% that it had of the answers"
                                    + " it was sent %s (with a confidence of %.1f %%).%n%s",
                            version,
                            100 * part,
                            100 * actual.share(version),
                            interval,
                            100 * confidence,
                            actual.summary()));
        }
        return this;
    }
}
