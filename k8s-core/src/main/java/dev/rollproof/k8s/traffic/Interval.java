// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.util.Locale;

/**
 * Where a probability lies, by what was seen of it.
 *
 * @param low from 0 to 1
 * @param high from 0 to 1
 * @param confidence how often such an interval holds the truth, such as 0.95
 */
public record Interval(double low, double high, double confidence) {
    /** Wilson's score interval: it stays within 0 and 1, and is sound for small numbers and for shares near 0 or 1, too. */
    static Interval wilson(int hits, int of, double confidence) {
        double z = quantile(confidence);
        if (of == 0) {
            return new Interval(0, 1, confidence);
        }
        double share = (double) hits / of;
        double spread = z * z / of;
        double centre = (share + spread / 2) / (1 + spread);
        double half = z * Math.sqrt(share * (1 - share) / of + spread / of / 4) / (1 + spread);
        return new Interval(Math.max(0, centre - half), Math.min(1, centre + half), confidence);
    }

    /** How many standard deviations to either side hold such a part of a normal distribution. */
    private static double quantile(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence lies between 0 and 1, such as 0.95, was " + confidence);
        }
        double low = 0;
        double high = 8;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (within(middle) < confidence) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The part of a normal distribution within so many standard deviations, by its Taylor series. */
    private static double within(double deviations) {
        double term = deviations;
        double sum = 0;
        for (int k = 1; term > sum * 1e-16; k++) {
            sum += term;
            term *= deviations * deviations / (2 * k + 1);
        }
        return 2 * sum * Math.exp(-deviations * deviations / 2) / Math.sqrt(2 * Math.PI);
    }

    public boolean contains(double probability) {
        return probability >= low && probability <= high;
    }

    /** Such as {@code 6.3 % to 12.1 %}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f %% to %.1f %%", 100 * low, 100 * high);
    }
}
