// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What one trial came to: one rollout by one strategy on one cluster.
 *
 * @param seed the cluster's
 * @param outcome the verdict's word, such as {@code complete} or {@code failed}
 * @param down how long nobody answered on new connections; what is shorter than 0.25 s or five requests is not counted
 * @param failed how many requests failed, on new connections and on kept ones
 * @param mostPods the most pods at once, those that go included
 * @param leastReady the fewest pods that the Service had to send requests to
 * @param duration from the change until the strategy was done, with the time in which it watched; empty unless complete
 * @param mixed how long both versions answered new connections
 * @param met how many requests the new version answered, in whatever way
 * @param noticed from the change until the strategy decided to go back; empty where it did not
 * @param restored from there until no request met the new version any more and the Service had the whole old one behind it;
 *     empty where that did not happen
 */
public record Measured(
        long seed,
        String outcome,
        Duration down,
        int failed,
        int mostPods,
        int leastReady,
        Optional<Duration> duration,
        Duration mixed,
        int met,
        Optional<Duration> noticed,
        Optional<Duration> restored) {
    public Measured {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(down, "down");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(mixed, "mixed");
        Objects.requireNonNull(noticed, "noticed");
        Objects.requireNonNull(restored, "restored");
    }
}
