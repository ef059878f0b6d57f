// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.util.Objects;

/**
 * One request.
 *
 * @param due when it was to be sent, counted from the end of the baseline: negative in the baseline
 * @param latency from when it was due until its outcome, so that a sender that is late cannot hide a wait
 */
public record Request(Duration due, Lane lane, Outcome outcome, Duration latency) {
    public Request {
        Objects.requireNonNull(due, "due");
        Objects.requireNonNull(lane, "lane");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(latency, "latency");
    }

    public boolean failed() {
        return outcome.failed();
    }

    boolean answeredBy(String version) {
        return !failed()
                && outcome instanceof Outcome.Answered answer
                && answer.version().equals(version);
    }
}
