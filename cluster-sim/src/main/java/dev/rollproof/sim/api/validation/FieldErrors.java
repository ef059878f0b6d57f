// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.fabric8.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is wrong with an object, field by field, in the words of the API. Not thread-safe. */
public final class FieldErrors {
    /** Since when Kubernetes reads rules off the declarations of its types. */
    private static final int DECLARING_MINOR = 35;

    /** Before this minor version keys and values of labels were said to be too long in characters. */
    private static final int COUNTS_BYTES_SINCE = 36;

    private final boolean declares;
    private final boolean countsBytes;
    private final List<Cause> causes = new ArrayList<>();
    private @Nullable FieldErrors declared;

    /** In the words of the newest version. */
    public FieldErrors() {
        this(Integer.MAX_VALUE);
    }

    /** @param minor the minor version of Kubernetes whose words are used, such as 37 */
    public FieldErrors(int minor) {
        declares = minor >= DECLARING_MINOR;
        countsBytes = minor >= COUNTS_BYTES_SINCE;
    }

    /** For what newer versions of Kubernetes read off the declarations of their types, and so say after all else. */
    FieldErrors declared() {
        if (!declares) {
            return this;
        }
        if (declared == null) {
            declared = new FieldErrors();
        }
        return declared;
    }

    /** A value that is wrong, and {@code ""} or why; strings are quoted, other values are JSON. */
    public void invalid(String path, @Nullable Object value, String detail) {
        String said = countsBytes ? detail : detail.replaceFirst("(no more than \\d+) bytes", "$1 characters");
        add(path, "FieldValueInvalid", "Invalid value: " + text(value) + (said.isEmpty() ? "" : ": " + said));
    }

    public void required(String path) {
        add(path, "FieldValueRequired", "Required value");
    }

    public void required(String path, String detail) {
        add(path, "FieldValueRequired", "Required value: " + detail);
    }

    public void forbidden(String path, String detail) {
        add(path, "FieldValueForbidden", "Forbidden: " + detail);
    }

    public void duplicate(String path, Object value) {
        add(path, "FieldValueDuplicate", "Duplicate value: " + text(value));
    }

    public void duplicate(String path, Object value, String detail) {
        add(path, "FieldValueDuplicate", "Duplicate value: " + text(value) + ": " + detail);
    }

    public void notFound(String path, Object value) {
        add(path, "FieldValueNotFound", "Not found: " + text(value));
    }

    public void notFound(String path, Object value, String detail) {
        add(path, "FieldValueNotFound", "Not found: " + text(value) + ": " + detail);
    }

    public void tooMany(String path, int items, int most) {
        add(path, "FieldValueTooMany", "Too many: " + items + ": must have at most " + most + " items");
    }

    public void tooLong(String path, int most) {
        add(path, "FieldValueTooLong", "Too long: may not be more than " + most + " bytes");
    }

    /** A rule of a CustomResourceDefinition that does not hold. Kubernetes 1.37's text; 1.34 says {@code "object": } before it. */
    public void ruleBroken(String path, String rule) {
        add(path, "FieldValueInvalid", "Invalid value: " + rule);
    }

    /** Rules of a CustomResourceDefinition are not looked at where the object does not even have its shape. */
    public void rulesNotChecked() {
        add(
                "<nil>",
                "FieldValueInvalid",
                "Invalid value: null: some validation rules were not checked because the object was invalid; correct the"
                        + " existing errors to complete validation");
    }

    public void notSupported(String path, @Nullable Object value, List<String> supported) {
        add(
                path,
                "FieldValueNotSupported",
                "Unsupported value: " + text(value) + ": supported values: "
                        + supported.stream().map(FieldErrors::quoted).collect(Collectors.joining(", ")));
    }

    private void add(String path, String reason, String message) {
        causes.add(new Cause(path, reason, message));
    }

    public boolean isEmpty() {
        return causes.isEmpty() && (declared == null || declared.isEmpty());
    }

    /** How much has been found wrong so far. */
    int count() {
        return causes.size();
    }

    /** Fails with Invalid if anything is wrong. */
    public void throwIfAny(String kind, String group, @Nullable String name) {
        if (isEmpty()) {
            return;
        }
        throw new ClusterException(
                Reason.INVALID,
                (group.isEmpty() ? kind : kind + "." + group) + " \"" + (name == null ? "" : name) + "\" is invalid: "
                        + sentence(),
                inOrder(),
                null);
    }

    /** Fails if anything is wrong where a real server makes no Invalid of it: with the bare sentence, which it answers with 500. */
    public void throwBareIfAny() {
        if (!isEmpty()) {
            throw new ClusterException(Reason.INTERNAL_ERROR, sentence());
        }
    }

    /** What is found twice, newer versions say once. */
    private List<Cause> inOrder() {
        return declares
                ? Stream.concat(causes.stream(), declared == null ? Stream.empty() : declared.causes.stream())
                        .distinct()
                        .toList()
                : causes;
    }

    private String sentence() {
        List<Cause> all = inOrder().stream().distinct().toList();
        String sentence = all.stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .collect(Collectors.joining(", "));
        return all.size() > 1 ? "[" + sentence + "]" : sentence;
    }

    private static String text(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof String text) {
            return quoted(text);
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        return Models.toJson(value);
    }

    private static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\t", "\\t")
                + '"';
    }
}
