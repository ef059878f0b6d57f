// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The same change under several strategies.
 *
 * @param options how it was measured
 * @param firstSeed of the seeds that follow one another
 * @param seeds how many
 * @param standings one for each strategy that could be run
 * @param leftOut one sentence for each that could not: its name and why
 * @param notes what had to be changed in the manifests for a strategy
 */
public record ComparisonReport(
        Scenario scenario,
        ComparisonOptions options,
        long firstSeed,
        int seeds,
        List<Standing> standings,
        List<String> leftOut,
        List<String> notes) {
    public ComparisonReport {
        Objects.requireNonNull(scenario, "scenario");
        Objects.requireNonNull(options, "options");
        standings = List.copyOf(standings);
        leftOut = List.copyOf(leftOut);
        notes = List.copyOf(notes);
    }

    /** What a contender came to; empty where it was not tried. */
    public Optional<Standing> standing(String name) {
        return standings.stream()
                .filter(standing -> standing.name().equals(name))
                .findFirst();
    }

    /** How many rollouts were made. */
    public int rollouts() {
        return standings.stream()
                .mapToInt(s -> s.trials().size() + s.badTrials().size())
                .sum();
    }
}
