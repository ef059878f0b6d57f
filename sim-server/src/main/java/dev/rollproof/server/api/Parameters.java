// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The parameters of a request's query.
 *
 * @param values decoded, in their order
 */
public record Parameters(Map<String, List<String>> values) {
    public Parameters {
        values = Map.copyOf(values);
    }

    /** The first value; empty where there is none. */
    String one(String name) {
        List<String> all = values.get(name);
        return all == null || all.isEmpty() ? "" : all.get(0);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean has(String name) {
        return !one(name).isEmpty();
    }

    /** Absent, {@code false} and {@code 0} are false, everything else is true: as Kubernetes reads them. */
    boolean isTrue(String name) {
        if (!values.containsKey(name)) {
            return false;
        }
        String value = one(name).toLowerCase(Locale.ROOT);
        return !value.equals("false") && !value.equals("0");
    }

    /** Empty where it is absent; fails with BadRequest where it is no whole number. */
    OptionalLong number(String name) {
        if (!has(name)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(one(name)));
        } catch (NumberFormatException notOne) {
            throw Refusal.badRequest("strconv.ParseInt: parsing \"" + one(name) + "\": invalid syntax: the parameter "
                    + name + " is a whole number");
        }
    }
}
