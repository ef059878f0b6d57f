// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for what is a number of pods or a share of them. */
final class IntOrPercent {
    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");

    private IntOrPercent() {}

    static void validate(String path, @Nullable IntOrString value, FieldErrors errors) {
        if (value == null) {
            return;
        }
        String text = value.getStrVal();
        if (text == null) {
            int number = Objects.requireNonNullElse(value.getIntVal(), 0);
            if (number < 0) {
                errors.invalid(path, number, Names.NON_NEGATIVE);
            }
        } else if (!PERCENT.matcher(text).matches()) {
            errors.invalid(
                    path,
                    text,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%',"
                            + " regex used for validation is '[0-9]+%')");
        }
    }

    static void notMoreThanAll(String path, @Nullable IntOrString value, FieldErrors errors) {
        if (percent(value) > 100) {
            errors.invalid(path, shown(value), "must not be greater than 100%");
        }
    }

    static @Nullable Object shown(@Nullable IntOrString value) {
        return value == null ? null : value.getStrVal() != null ? value.getStrVal() : value.getIntVal();
    }

    /** Whether it is nothing, be it a number or a share; a text that is neither counts as nothing. */
    static boolean isZero(@Nullable IntOrString value) {
        if (value == null) {
            return true;
        }
        String text = value.getStrVal();
        return text == null ? Objects.equals(value.getIntVal(), 0) : percent(value) <= 0 && !isNumber(text);
    }

    private static boolean isNumber(String text) {
        return text.matches("[+-]?[0-9]{1,9}") && Integer.parseInt(text) != 0;
    }

    /** The number before the percent sign; -1 for what is no percentage. */
    private static int percent(@Nullable IntOrString value) {
        String text = value == null ? null : value.getStrVal();
        if (text == null || !PERCENT.matcher(text).matches()) {
            return -1;
        }
        String digits = text.substring(0, text.length() - 1);
        return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }
}
