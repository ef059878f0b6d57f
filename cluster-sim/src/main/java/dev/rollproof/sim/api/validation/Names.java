// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for names, labels and keys; each says what is wrong with a value, and nothing where it is right. */
public final class Names {
    static final String NON_NEGATIVE = "must be greater than or equal to 0";

    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String OLDER_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern IS_OLDER_LABEL = Pattern.compile(OLDER_LABEL);
    private static final Pattern IS_LABEL = Pattern.compile(LABEL);
    private static final Pattern IS_SUBDOMAIN = Pattern.compile(SUBDOMAIN);
    private static final Pattern IS_QUALIFIED = Pattern.compile(QUALIFIED);
    private static final Pattern IS_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final String UNDERSCORED_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String UNDERSCORED = UNDERSCORED_LABEL + "(\\." + UNDERSCORED_LABEL + ")*";
    private static final Pattern IS_UNDERSCORED = Pattern.compile(UNDERSCORED);
    private static final Pattern IS_HEADER = Pattern.compile("[-A-Za-z0-9]+");
    private static final Pattern IS_PORT_NAME = Pattern.compile("[-a-z0-9]+");

    private Names() {}

    /** What is wrong with a DNS label; empty where nothing is. */
    public static List<String> label(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > 63) {
            wrong.add("must be no more than 63 characters");
        }
        if (IS_SUBDOMAIN.matcher(value).matches() && value.contains(".")) {
            wrong.add("must not contain dots");
        } else if (!IS_LABEL.matcher(value).matches()) {
            wrong.add(
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start"
                            + " and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation"
                            + " is '" + LABEL + "')");
        }
        return wrong;
    }

    /** A name of a Service, before Kubernetes took any label for one. */
    static List<String> olderServiceName(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > 63) {
            wrong.add("must be no more than 63 characters");
        }
        if (!IS_OLDER_LABEL.matcher(value).matches()) {
            wrong.add(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
                            + " character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for"
                            + " validation is '" + OLDER_LABEL + "')");
        }
        return wrong;
    }

    public static List<String> subdomain(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > 253) {
            wrong.add("must be no more than 253 characters");
        }
        if (!IS_SUBDOMAIN.matcher(value).matches()) {
            wrong.add(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and"
                            + " must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation"
                            + " is '" + SUBDOMAIN + "')");
        }
        return wrong;
    }

    /** A domain to search in, which may have underscores. */
    static List<String> searchDomain(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > 253) {
            wrong.add("must be no more than 253 characters");
        }
        if (!IS_UNDERSCORED.matcher(value).matches()) {
            wrong.add(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and"
                            + " must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation"
                            + " is '" + UNDERSCORED + "')");
        }
        return wrong;
    }

    /** A name of a header of HTTP. */
    static List<String> header(String value) {
        return IS_HEADER.matcher(value).matches()
                ? List.of()
                : List.of(
                        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used"
                                + " for validation is '[-A-Za-z0-9]+')");
    }

    /** A name of a variable of the environment, or what such names begin with. */
    static List<String> variable(String value) {
        return value.chars().anyMatch(c -> c == '=' || c < ' ' || c > '~')
                ? List.of(
                        "a valid environment variable name must consist only of printable ASCII characters other than '='")
                : List.of();
    }

    /** A name that need not be one of DNS, only one part of a path. */
    static List<String> pathSegment(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.equals(".") || value.equals("..")) {
            wrong.add("may not be '" + value + "'");
        }
        for (String illegal : List.of("/", "%")) {
            if (value.contains(illegal)) {
                wrong.add("may not contain '" + illegal + "'");
            }
        }
        return wrong;
    }

    /** A key of a label or annotation: a name, or a domain, a slash and a name. */
    public static List<String> qualifiedName(String key) {
        List<String> wrong = new ArrayList<>();
        String[] parts = key.split("/", -1);
        String name = parts[parts.length - 1];
        if (parts.length > 2) {
            wrong.add(
                    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                            + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
                            + " validation is '" + QUALIFIED + "') with an optional DNS subdomain prefix and '/' (e.g."
                            + " 'example.com/MyName')");
            return wrong;
        }
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                wrong.add("prefix part must be non-empty");
            } else {
                subdomain(parts[0])
                        .forEach(text -> wrong.add("prefix part " + text.replace("253 characters", "253 bytes")));
            }
        }
        if (name.isEmpty()) {
            wrong.add("name part must be non-empty");
        } else if (name.length() > 63) {
            wrong.add("name part must be no more than 63 bytes");
        }
        if (!IS_QUALIFIED.matcher(name).matches()) {
            wrong.add(
                    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                            + " alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation"
                            + " is '" + QUALIFIED + "')");
        }
        return wrong;
    }

    /** What is wrong with the value of a label; empty where nothing is. */
    public static List<String> labelValue(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > 63) {
            wrong.add("must be no more than 63 bytes");
        }
        if (!value.isEmpty() && !IS_QUALIFIED.matcher(value).matches()) {
            wrong.add(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and"
                            + " must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345',"
                            + " regex used for validation is '(" + QUALIFIED + ")?')");
        }
        return wrong;
    }

    /** A key of a ConfigMap or Secret. */
    static List<String> configKey(String key) {
        return IS_KEY.matcher(key).matches()
                ? List.of()
                : List.of(
                        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', "
                                + " or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
    }

    static List<String> portName(String name) {
        List<String> wrong = new ArrayList<>();
        if (name.length() > 15) {
            wrong.add("must be no more than 15 characters");
        }
        if (!IS_PORT_NAME.matcher(name).matches()) {
            wrong.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (name.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
            wrong.add("must contain at least one letter (a-z)");
        }
        if (name.contains("--")) {
            wrong.add("must not contain consecutive hyphens");
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            wrong.add("must not begin or end with a hyphen");
        }
        return wrong;
    }

    static void labels(String path, @Nullable Map<String, String> labels, FieldErrors errors) {
        if (labels != null) {
            labels.forEach((key, value) -> {
                qualifiedName(key).forEach(wrong -> errors.invalid(path, key, wrong));
                labelValue(value == null ? "" : value).forEach(wrong -> errors.invalid(path, value, wrong));
            });
        }
    }
}
