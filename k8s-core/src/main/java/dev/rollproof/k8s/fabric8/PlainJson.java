// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the JSON of plain trees as Jackson does, without what Jackson sets up for each text: patches and annotations are
 * short, and there are many. Anything unusual, such as a fraction or a mistake, is left to Jackson. Thread-safe.
 */
final class PlainJson {
    private static final String HEX = "0123456789ABCDEF";
    /** Within an int, with its sign. */
    private static final int SHORT_NUMBER = 9;

    private static final int DEEPEST = 100;

    private final String text;
    private int at;

    private PlainJson(String text) {
        this.text = text;
    }

    /** This is to be left to Jackson. */
    private static final class Unusual extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Unusual() {
            super(null, null, false, false);
        }
    }

    /** A tree as one line of JSON; empty for what is not a plain tree. */
    static Optional<String> write(Object tree) {
        StringBuilder json = new StringBuilder(256);
        return write(tree, json) ? Optional.of(json.toString()) : Optional.empty();
    }

    private static boolean write(@Nullable Object value, StringBuilder json) {
        if (value instanceof String string) {
            string(string, json);
        } else if (value instanceof Map<?, ?> map) {
            return object(map, json);
        } else if (value instanceof List<?> list) {
            return array(list, json);
        } else if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            json.append(value);
        } else {
            return false;
        }
        return true;
    }

    private static boolean object(Map<?, ?> map, StringBuilder json) {
        json.append('{');
        String comma = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                return false;
            }
            json.append(comma);
            string(key, json);
            json.append(':');
            if (!write(entry.getValue(), json)) {
                return false;
            }
            comma = ",";
        }
        json.append('}');
        return true;
    }

    private static boolean array(List<?> list, StringBuilder json) {
        json.append('[');
        String comma = "";
        for (Object item : list) {
            json.append(comma);
            if (!write(item, json)) {
                return false;
            }
            comma = ",";
        }
        json.append(']');
        return true;
    }

    private static void string(String value, StringBuilder json) {
        json.append('"');
        int written = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\') {
                continue;
            }
            json.append(value, written, i).append('\\');
            written = i + 1;
            switch (c) {
                case '"', '\\' -> json.append(c);
                case '\b' -> json.append('b');
                case '\t' -> json.append('t');
                case '\n' -> json.append('n');
                case '\f' -> json.append('f');
                case '\r' -> json.append('r');
                default -> json.append("u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        json.append(value, written, value.length()).append('"');
    }

    /** The tree of a JSON object; empty for what is not plainly one. */
    static Optional<Map<String, Object>> read(String text) {
        PlainJson json = new PlainJson(text);
        try {
            if (json.next() != '{') {
                return Optional.empty();
            }
            Map<String, Object> tree = json.object(0);
            json.skipSpace();
            return json.at == text.length() ? Optional.of(tree) : Optional.empty();
        } catch (Unusual unusual) {
            return Optional.empty();
        }
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next character that is no space; it is not taken. */
    private char next() {
        skipSpace();
        if (at >= text.length()) {
            throw new Unusual();
        }
        return text.charAt(at);
    }

    private boolean takes(char c) {
        if (next() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void take(char c) {
        if (!takes(c)) {
            throw new Unusual();
        }
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> tree = new LinkedHashMap<>();
        take('{');
        if (takes('}')) {
            return tree;
        }
        do {
            next();
            String key = string();
            take(':');
            tree.put(key, value(depth + 1));
        } while (takes(','));
        take('}');
        return tree;
    }

    private List<Object> array(int depth) {
        List<Object> items = new ArrayList<>();
        take('[');
        if (takes(']')) {
            return items;
        }
        do {
            items.add(value(depth + 1));
        } while (takes(','));
        take(']');
        return items;
    }

    private Object value(int depth) {
        if (depth > DEEPEST) {
            throw new Unusual();
        }
        return switch (next()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            default -> number();
        };
    }

    private Boolean word(String word, boolean value) {
        if (!text.startsWith(word, at)) {
            throw new Unusual();
        }
        at += word.length();
        return value;
    }

    private Integer number() {
        int from = at;
        boolean negative = text.charAt(at) == '-';
        int first = negative ? ++at : at;
        int number = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9' && at - from < SHORT_NUMBER) {
            number = number * 10 + text.charAt(at++) - '0';
        }
        boolean ends = at < text.length() && ",]} \t\n\r".indexOf(text.charAt(at)) >= 0;
        if (!ends || at == first || (text.charAt(first) == '0' && (negative || at > first + 1))) {
            throw new Unusual();
        }
        return negative ? -number : number;
    }

    private String string() {
        take('"');
        int from = at;
        StringBuilder unescaped = null;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return unescaped == null
                        ? text.substring(from, at - 1)
                        : unescaped.append(text, from, at - 1).toString();
            }
            if (c < ' ') {
                throw new Unusual();
            }
            if (c == '\\') {
                unescaped = unescaped == null ? new StringBuilder() : unescaped;
                unescaped.append(text, from, at);
                at++;
                unescaped.append(escaped());
                from = at;
            } else {
                at++;
            }
        }
        throw new Unusual();
    }

    private char escaped() {
        if (at >= text.length()) {
            throw new Unusual();
        }
        return switch (text.charAt(at++)) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'f' -> '\f';
            case 'r' -> '\r';
            // Code points by their numbers are rare.
            default -> throw new Unusual();
        };
    }
}
