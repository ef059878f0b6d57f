// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.validation.FieldValidation;
import dev.rollproof.sim.api.validation.FieldValidation.Mode;
import java.util.List;
import java.util.Locale;

/** The parameters of a write, in the words of the store. */
final class WriteParameters {
    private WriteParameters() {}

    /**
     * @param kind of the options in messages, such as {@code CreateOptions}
     */
    static WriteOptions of(ApiRequest request, String kind) {
        WriteOptions options = WriteOptions.defaults().withFieldManager(fieldManager(request, kind));
        if (!request.query().isTrue("force")) {
            options = options.withoutForce();
        }
        return isDryRun(request, kind) ? options.withDryRun() : options;
    }

    static boolean isDryRun(ApiRequest request, String kind) {
        List<String> values = request.query().all("dryRun");
        checkDryRun(values, kind);
        return values.contains("All");
    }

    static void checkDryRun(List<?> values, String kind) {
        if (!values.stream().allMatch("All"::equals)) {
            throw Refusal.invalidOptions(
                    kind,
                    "dryRun",
                    "FieldValueNotSupported",
                    "Unsupported value: " + Models.toJson(values) + ": supported values: \"All\"");
        }
    }

    /** The parameter, or else how the client calls itself. */
    private static String fieldManager(ApiRequest request, String kind) {
        String given = request.query().one("fieldManager");
        if (given.length() > 128) {
            throw Refusal.invalidOptions(
                    kind, "fieldManager", "FieldValueTooLong", "Too long: may not be more than 128 bytes");
        }
        for (int i = 0; i < given.length(); i++) {
            char one = given.charAt(i);
            if (Character.isISOControl(one)) {
                String shown = String.format(Locale.ROOT, "\\x%02x", (int) one);
                throw Refusal.invalidOptions(
                        kind,
                        "fieldManager",
                        "FieldValueInvalid",
                        "Invalid value: \"" + given.replace(String.valueOf(one), shown) + "\": invalid character "
                                + String.format(Locale.ROOT, "U+%04X", (int) one) + " (at position " + i + ")");
            }
        }
        if (!given.isBlank()) {
            return given;
        }
        String agent = request.header("User-Agent");
        String name = agent == null ? "" : agent.split("/", 2)[0].strip();
        return name.isEmpty() ? "unknown" : name;
    }

    /** What to do with unknown fields; as the server's own default, a warning. */
    static FieldValidation fieldValidation(ApiRequest request, String kind) {
        String value = request.query().one("fieldValidation");
        if (value.isEmpty()) {
            return FieldValidation.of(Mode.WARN);
        }
        for (Mode mode : Mode.values()) {
            if (mode.text().equals(value)) {
                return FieldValidation.of(mode);
            }
        }
        throw Refusal.invalidOptions(
                kind,
                "fieldValidation",
                "FieldValueNotSupported",
                "Unsupported value: \"" + value + "\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
    }
}
