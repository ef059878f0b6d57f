// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.fabric8.Models;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Go's decoder reads it: what it refuses is refused, in its words, and nothing else. Libraries of Java also read what is
 * nearly JSON, such as a text with something after its end, and say in words of their own what is wrong with the rest.
 */
public final class JsonText {
    /** Go reads no deeper. */
    private static final int MOST_OPEN = 10_000;

    private static final String HEXADECIMAL = "0123456789abcdefABCDEF";

    private final String text;
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    private static final class Problem extends Exception {
        private static final long serialVersionUID = 1L;

        Problem(String words) {
            super(words, null, false, false);
        }
    }

    /** The first thing that is wrong with a text, such as {@code invalid character 'x' looking for beginning of value}. */
    public static Optional<String> problemOf(String text) {
        try {
            new JsonText(text).read();
            return Optional.empty();
        } catch (Problem problem) {
            return Optional.of(Objects.requireNonNull(problem.getMessage()));
        }
    }

    /** What a text holds that has no problem: a map, a list, a text, a number, a boolean or null. */
    public static @Nullable Object valueOf(String text) {
        return Objects.requireNonNull(Models.parseJson("{\"value\":" + text + "}"))
                .get("value");
    }

    /** What Go calls the type of a value. */
    public static String typeOf(Object value) {
        if (value instanceof Map) {
            return "object";
        }
        if (value instanceof List) {
            return "array";
        }
        return value instanceof String ? "string" : value instanceof Boolean ? "bool" : "number";
    }

    private void read() throws Problem {
        begin();
        while (!open.isEmpty()) {
            boolean object = open.getLast() == '{';
            char next = next();
            if (next == ',') {
                at++;
                if (object) {
                    key();
                }
                begin();
            } else if (next == (object ? '}' : ']')) {
                close();
            } else {
                throw invalid(object ? "after object key:value pair" : "after array element");
            }
        }
        skipSpace();
        if (at < text.length()) {
            throw invalid("after top-level value");
        }
    }

    /** A value that is whole, or the first of those in an object or array. */
    private void begin() throws Problem {
        while (true) {
            char next = next();
            if (next != '{' && next != '[') {
                scalar(next);
                return;
            }
            open.addLast(next);
            if (open.size() > MOST_OPEN) {
                throw new Problem("exceeded max depth");
            }
            at++;
            if (next() == (next == '{' ? '}' : ']')) {
                close();
                return;
            }
            if (next == '{') {
                key();
            }
        }
    }

    private void close() {
        at++;
        open.removeLast();
    }

    private void key() throws Problem {
        if (next() != '"') {
            throw invalid("looking for beginning of object key string");
        }
        string();
        if (next() != ':') {
            throw invalid("after object key");
        }
        at++;
    }

    private void scalar(char first) throws Problem {
        switch (first) {
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> {
                if (first != '-' && !isDigit(first)) {
                    throw invalid("looking for beginning of value");
                }
                number();
            }
        }
    }

    private void string() throws Problem {
        at++;
        while (true) {
            if (at >= text.length()) {
                throw end();
            }
            char c = text.charAt(at);
            if (c < ' ') {
                throw invalid("in string literal");
            }
            at++;
            if (c == '"') {
                return;
            }
            if (c == '\\') {
                escape();
            }
        }
    }

    private void escape() throws Problem {
        if ("bfnrt\\/\"u".indexOf(current()) < 0) {
            throw invalid("in string escape code");
        }
        boolean hexadecimal = current() == 'u';
        at++;
        for (int i = 0; hexadecimal && i < 4; i++, at++) {
            if (HEXADECIMAL.indexOf(current()) < 0) {
                throw invalid("in \\u hexadecimal character escape");
            }
        }
    }

    private void literal(String word) throws Problem {
        for (int i = 0; i < word.length(); i++, at++) {
            if (current() != word.charAt(i)) {
                throw invalid("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
    }

    private void number() throws Problem {
        if (current() == '-') {
            at++;
        }
        if (current() == '0') {
            at++;
        } else {
            digits("in numeric literal");
        }
        if (current() == '.') {
            at++;
            digits("after decimal point in numeric literal");
        }
        if (current() == 'e' || current() == 'E') {
            at++;
            if (current() == '+' || current() == '-') {
                at++;
            }
            digits("in exponent of numeric literal");
        }
    }

    /** One at least. */
    private void digits(String where) throws Problem {
        if (!isDigit(current())) {
            throw invalid(where);
        }
        while (isDigit(current())) {
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The character here; Go takes the end for a space, within numbers and words. */
    private char current() {
        return at < text.length() ? text.charAt(at) : ' ';
    }

    private char next() throws Problem {
        skipSpace();
        if (at >= text.length()) {
            throw end();
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static Problem end() {
        return new Problem("unexpected end of JSON input");
    }

    private Problem invalid(String where) {
        return new Problem("invalid character " + quoted() + " " + where);
    }

    /** Go reads bytes: of a character that takes several it names the first. */
    private String quoted() {
        char c = current();
        int first = c < 0x80
                ? c
                : text.substring(at, text.offsetByCodePoints(at, 1)).getBytes(StandardCharsets.UTF_8)[0] & 0xff;
        return switch (first) {
            case '\'' -> "'\\''";
            case '\\' -> "'\\\\'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            default -> first < ' ' || first == 0x7f ? String.format("'\\x%02x'", first) : "'" + (char) first + "'";
        };
    }
}
