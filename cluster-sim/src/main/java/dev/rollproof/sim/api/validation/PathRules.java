// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for paths, and for the modes of files. */
final class PathRules {
    private static final int MOST_MODE = 0777;

    private PathRules() {}

    static void noBacksteps(String value, String path, FieldErrors errors) {
        if (hasBacksteps(value)) {
            errors.invalid(path, value, "must not contain '..'");
        }
    }

    static boolean hasBacksteps(String value) {
        return value.contains("..") && List.of(value.split("/", -1)).contains("..");
    }

    /** One that leads nowhere but down. */
    static void relative(String value, String path, FieldErrors errors) {
        if (value.startsWith("/")) {
            errors.invalid(path, value, "must be a relative path");
        }
        noBacksteps(value, path, errors);
    }

    /** One of a file in a volume, where the kubelet has files of its own. */
    static void ofFile(String value, String path, FieldErrors errors) {
        relative(value, path, errors);
        if (value.startsWith("..") && !value.startsWith("../")) {
            errors.invalid(path, value, "must not start with '..'");
        }
    }

    static void mode(@Nullable Integer mode, String path, FieldErrors errors) {
        if (mode != null && (mode < 0 || mode > MOST_MODE)) {
            errors.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }
}
