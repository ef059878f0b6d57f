// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.k8s.quota.CanonicalQuantity;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds quantities that cannot be read. fabric8's models keep any text, the API server refuses the object before it looks at
 * anything else.
 */
public final class Quantities {
    private static final String EXPRESSION = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
    /** What the server says of what has not even the shape of one. */
    public static final String NONE = "quantities must match the regular expression '" + EXPRESSION + "'";

    private static final Pattern SHAPE = Pattern.compile(EXPRESSION);
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+).*");
    private static final Pattern READABLE = Pattern.compile("[+-]?[0-9.]+([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?");

    private Quantities() {}

    /** What the server says about the first quantity that it cannot read. */
    public static Optional<String> unreadableIn(@Nullable Object value) {
        if (value == null || value instanceof String) {
            return Optional.empty();
        }
        if (value instanceof Quantity quantity) {
            return unreadable(quantity.toString());
        }
        if (value instanceof Iterable<?> items) {
            return first(items);
        }
        if (value instanceof Map<?, ?> map) {
            return first(map.values());
        }
        for (UnknownFields.Named field : UnknownFields.fieldsOf(value)) {
            Optional<String> found = unreadableIn(field.of(value));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Writes all quantities in it as the server does. They must be readable, and the model the caller's own. */
    public static void makeCanonical(@Nullable Object value) {
        if (value instanceof Quantity quantity) {
            CanonicalQuantity.write(quantity);
        } else if (value instanceof Iterable<?> items) {
            items.forEach(Quantities::makeCanonical);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(Quantities::makeCanonical);
        } else if (value != null && !(value instanceof String)) {
            for (UnknownFields.Named field : UnknownFields.fieldsOf(value)) {
                makeCanonical(field.of(value));
            }
        }
    }

    private static Optional<String> first(Iterable<?> items) {
        for (Object item : items) {
            Optional<String> found = unreadableIn(item);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> unreadable(String text) {
        if (!SHAPE.matcher(text).matches() || !NUMBER.matcher(text).matches()) {
            return Optional.of(NONE);
        }
        return READABLE.matcher(text).matches() ? Optional.empty() : Optional.of("unable to parse quantity's suffix");
    }
}
