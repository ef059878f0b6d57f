// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one strategy came to, in all its trials.
 *
 * @param name the contender's
 * @param trials with the new version, in the order of their seeds
 * @param badTrials with the bad one; none where none was tried
 */
public record Standing(String name, List<Measured> trials, List<Measured> badTrials) {
    public Standing {
        Objects.requireNonNull(name, "name");
        trials = List.copyOf(trials);
        badTrials = List.copyOf(badTrials);
    }

    /** How a metric is spread; empty for those of the bad version where none was tried. */
    public Optional<Spread> spread(Metric metric) {
        List<Measured> asked = metric.ofTheBad() ? badTrials : trials;
        return asked.isEmpty() ? Optional.empty() : Optional.of(Spread.of(metric, asked));
    }

    /** The trials in which the new version was not rolled out, though it should have been. */
    public List<Measured> notComplete() {
        return trials.stream().filter(m -> m.duration().isEmpty()).toList();
    }

    /** The trials in which the bad version was not stopped. */
    public List<Measured> notStopped() {
        return badTrials.stream().filter(m -> m.restored().isEmpty()).toList();
    }
}
