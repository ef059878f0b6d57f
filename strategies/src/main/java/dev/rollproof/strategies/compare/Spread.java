// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.util.Comparator;
import java.util.List;

/**
 * How a metric is spread over many trials. Each number is one that was measured; infinite where something did not happen.
 *
 * @param best the best of all
 * @param median the one in the middle; of two in the middle the better one
 * @param worst the worst of all
 * @param worstSeed the first seed with the worst, to be looked at again
 */
public record Spread(double best, double median, double worst, long worstSeed) {
    /**
     * @param trials at least one, in the order of their seeds
     */
    static Spread of(Metric metric, List<Measured> trials) {
        if (trials.isEmpty()) {
            throw new IllegalArgumentException("there is no spread of " + metric + " over no trials");
        }
        Comparator<Measured> byValue = Comparator.comparingDouble(metric::of);
        List<Measured> sorted = trials.stream()
                .sorted(metric.lessIsBetter() ? byValue : byValue.reversed())
                .toList();
        double worst = metric.of(sorted.get(sorted.size() - 1));
        long seed = trials.stream()
                .filter(m -> metric.of(m) == worst)
                .findFirst()
                .orElseThrow()
                .seed();
        return new Spread(metric.of(sorted.get(0)), metric.of(sorted.get((sorted.size() - 1) / 2)), worst, seed);
    }

    /** Whether all trials came to the same. */
    public boolean isEven() {
        return best == worst;
    }
}
