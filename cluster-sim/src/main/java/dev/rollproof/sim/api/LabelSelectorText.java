// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.validation.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A label selector in Kubernetes' text form: {@code a=b,c==d,e!=f,g in (h,i),j notin (k),l,!m,n>5}. Refuses what is none in
 * the API server's words (apimachinery pkg/labels).
 */
final class LabelSelectorText {
    private static final Pattern TOKEN = Pattern.compile("\\s*(==|!=|[=!,()<>]|[^\\s=!,()<>]+)");
    private static final String END = "";

    private record Requirement(String key, String operator, Set<String> values) {
        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case "exists" -> value != null;
                case "!" -> value == null;
                case "!=", "notin" -> value == null || !values.contains(value);
                case ">" -> value != null && number(value) > number(only());
                case "<" -> value != null && number(value) < number(only());
                default -> value != null && values.contains(value);
            };
        }

        private String only() {
            return values.iterator().next();
        }

        /** A label that is no number is on neither side. */
        private static double number(String text) {
            return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : Double.NaN;
        }
    }

    private final List<Requirement> requirements = new ArrayList<>();
    private final Deque<String> tokens = new ArrayDeque<>();

    private LabelSelectorText(String text) {
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(matcher.group(1));
        }
    }

    static LabelSelectorText parse(String text) {
        LabelSelectorText selector = new LabelSelectorText(text);
        selector.readAll();
        return selector;
    }

    private void readAll() {
        while (!tokens.isEmpty()) {
            if (!isWord(peek()) && !peek().equals("!")) {
                throw refused("found '" + peek() + "', expected: !, identifier, or 'end of string'");
            }
            requirements.add(requirement());
            String next = take();
            if (next.equals(",")) {
                if (!isWord(peek()) && !peek().equals("!")) {
                    throw refused("found '" + peek() + "', expected: identifier after ','");
                }
            } else if (!next.equals(END)) {
                throw refused("found '" + next + "', expected: ',' or 'end of string'");
            }
        }
    }

    private Requirement requirement() {
        Requirement read = read();
        check(read);
        return read;
    }

    /** Keys and values that no label can have are a mistake of who asks, not labels that nobody has. */
    private static void check(Requirement read) {
        List<String> wrong = new ArrayList<>();
        Names.qualifiedName(read.key())
                .forEach(problem -> wrong.add("<nil>: Invalid value: \"" + read.key() + "\": " + problem));
        int index = 0;
        for (String value : read.values()) {
            String at = "values[" + index++ + "][" + read.key() + "]: Invalid value: \"" + value + "\": ";
            Names.labelValue(value).forEach(problem -> wrong.add(at + problem));
        }
        if (!wrong.isEmpty()) {
            throw inRequirement(wrong.size() == 1 ? wrong.get(0) : "[" + String.join(", ", wrong) + "]");
        }
    }

    private Requirement read() {
        boolean absent = peek().equals("!");
        if (absent) {
            take();
        }
        String key = take();
        if (!isWord(key)) {
            throw inRequirement("found '" + key + "', expected: identifier");
        }
        if (absent) {
            return new Requirement(key, "!", Set.of());
        }
        if (atEndOfRequirement()) {
            return new Requirement(key, "exists", Set.of());
        }
        String operator = take();
        return switch (operator) {
            case "in", "notin" -> new Requirement(key, operator, values());
            case "=", "==", "!=" -> new Requirement(key, operator, Set.of(value()));
            case ">", "<" -> new Requirement(key, operator, Set.of(wholeNumber(value())));
            default -> throw inRequirement("found '" + operator + "', expected: in, notin, =, ==, !=, gt, lt");
        };
    }

    private String value() {
        if (atEndOfRequirement()) {
            return "";
        }
        String value = take();
        if (!isWord(value)) {
            throw inRequirement("found '" + value + "', expected: identifier");
        }
        return value;
    }

    private Set<String> values() {
        String open = take();
        if (!open.equals("(")) {
            throw inRequirement("found '" + open + "' expected: '('");
        }
        Set<String> values = new LinkedHashSet<>();
        String pending = "";
        while (true) {
            String token = take();
            if (token.equals(",")) {
                values.add(pending);
                pending = "";
            } else if (token.equals(")")) {
                values.add(pending);
                return values;
            } else if (isWord(token) && pending.isEmpty()) {
                pending = token;
            } else {
                throw inRequirement("found '" + token + "', expected: ',' or ')'");
            }
        }
    }

    private static String wholeNumber(String text) {
        if (!text.matches("-?\\d{1,18}")) {
            throw inRequirement("values[0]: Invalid value: \"" + text
                    + "\": for 'Gt', 'Lt' operators, the value must be an integer");
        }
        return text;
    }

    private boolean atEndOfRequirement() {
        return peek().equals(END) || peek().equals(",");
    }

    private String peek() {
        return tokens.isEmpty() ? END : tokens.peek();
    }

    private String take() {
        return tokens.isEmpty() ? END : tokens.remove();
    }

    private static boolean isWord(String token) {
        return !token.isEmpty() && "=!,()<>".indexOf(token.charAt(0)) < 0;
    }

    private static ClusterException inRequirement(String problem) {
        return refused("unable to parse requirement: " + problem);
    }

    private static ClusterException refused(String problem) {
        return new ClusterException(Reason.BAD_REQUEST, problem);
    }

    boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }
}
