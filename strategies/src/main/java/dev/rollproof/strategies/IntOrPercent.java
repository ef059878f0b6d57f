// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.regex.Pattern;

/**
 * A number of pods, or a percentage of the wanted ones. Which way a percentage rounds is the field's own rule.
 *
 * @param value pods, or percent
 * @param percent whether it is a percentage
 */
public record IntOrPercent(int value, boolean percent) {
    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");

    /** @throws IllegalArgumentException if it is negative */
    public IntOrPercent {
        if (value < 0) {
            throw new IllegalArgumentException("must be greater than or equal to 0, was " + value);
        }
    }

    /** So many pods. */
    public static IntOrPercent of(int pods) {
        return new IntOrPercent(pods, false);
    }

    /** Reads {@code 25%}; a number without the sign is refused, as the API refuses it in quotes. */
    public static IntOrPercent from(String text) {
        if (!PERCENT.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%' or '93%');"
                    + " give a number of pods as a number");
        }
        try {
            return new IntOrPercent(Integer.parseInt(text.substring(0, text.length() - 1)), true);
        } catch (NumberFormatException tooLarge) {
            throw new IllegalArgumentException("\"" + text + "\" is too large");
        }
    }

    /** Of so many pods, rounded down. */
    int floorOf(int replicas) {
        return percent ? Math.toIntExact((long) value * replicas / 100) : value;
    }

    boolean isZero() {
        return value == 0;
    }

    IntOrString toModel() {
        return percent ? new IntOrString(value + "%") : new IntOrString(value);
    }

    @Override
    public String toString() {
        return percent ? value + "%" : String.valueOf(value);
    }
}
