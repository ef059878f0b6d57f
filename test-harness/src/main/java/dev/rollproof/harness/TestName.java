// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test is called in files and in the cluster.
 *
 * @param type the class's whole name, with dots for nested classes
 * @param method {@code ""} where a whole class is meant
 * @param invocations such as {@code -2} for the second of a parameterized test; else {@code ""}
 */
record TestName(String type, String method, String invocations) {
    private static final Pattern INVOCATION = Pattern.compile("#([0-9]+)\\]");
    private static final int LONGEST_LABEL = 63;
    private static final int RANDOM_CHARACTERS = 5;

    /** Those of Kubernetes' generated names: no vowels, so no words. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    static TestName of(ExtensionContext context) {
        return new TestName(
                context.getTestClass()
                        .map(type -> type.getName().replace('$', '.'))
                        .orElse("test"),
                context.getTestMethod().map(method -> method.getName()).orElse(""),
                INVOCATION
                        .matcher(context.getUniqueId())
                        .results()
                        .map(found -> "-" + found.group(1))
                        .collect(Collectors.joining()));
    }

    /** A folder's name. */
    String folder() {
        return (method.isEmpty() ? type : type + "." + method) + invocations;
    }

    /** A new name for a namespace: the class and the method as far as they fit, and a random end. */
    String namespace() {
        String words = words(type.substring(type.lastIndexOf('.') + 1)) + "-" + words(method) + invocations;
        String readable = words.substring(0, Math.min(words.length(), LONGEST_LABEL - 1 - RANDOM_CHARACTERS));
        String label =
                readable.replaceAll("[^a-z0-9-]", "").replaceAll("-+", "-").replaceAll("^[-0-9]+|-+$", "");
        return (label.isEmpty() ? "test" : label) + "-" + random();
    }

    private static String words(String camelCase) {
        return camelCase
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
                .replace('_', '-')
                .toLowerCase(Locale.ROOT);
    }

    private static String random() {
        return ThreadLocalRandom.current()
                .ints(RANDOM_CHARACTERS, 0, ALPHABET.length())
                .mapToObj(i -> String.valueOf(ALPHABET.charAt(i)))
                .collect(Collectors.joining());
    }

    @Override
    public String toString() {
        return folder();
    }
}
