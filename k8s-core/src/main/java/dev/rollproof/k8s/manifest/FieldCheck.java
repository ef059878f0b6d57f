// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compares a manifest with the shape of its kind, and says where a field that is out of place belongs. The API server would
 * refuse it too (strict field validation), but without a line, and without a hint.
 */
final class FieldCheck {
    /** How deep below a place a lost field is searched for. */
    private static final int SEARCH_DEPTH = 4;

    /** As Kubernetes reads them: a number, and a suffix or an exponent. */
    private static final Pattern QUANTITY =
            Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?");

    private final String file;
    private final Map<String, Integer> lines;
    private final Deque<Place> ancestors = new ArrayDeque<>();

    private record Place(String path, Shape shape) {}

    private FieldCheck(String file, Map<String, Integer> lines) {
        this.file = file;
        this.lines = lines;
    }

    static void check(Map<String, ?> tree, Class<? extends HasMetadata> type, String file, Map<String, Integer> lines) {
        new FieldCheck(file, lines).object(tree, Shape.of(type), "");
    }

    private void object(Map<?, ?> tree, Shape shape, String path) {
        ancestors.push(new Place(path, shape));
        Map<String, Shape> fields = shape.fields();
        tree.forEach((key, value) -> {
            String name = String.valueOf(key);
            String fieldPath = path.isEmpty() ? name : path + "." + name;
            Shape field = fields.get(name);
            if (field == null) {
                throw new ManifestException(where(fieldPath) + ": unknown field \"" + fieldPath + "\"; "
                        + whereItBelongs(name, value, tree, path, shape));
            }
            value(value, field, fieldPath);
        });
        ancestors.pop();
    }

    private void value(@Nullable Object value, Shape shape, String path) {
        if (value == null || isFree(shape)) {
            return;
        }
        boolean fits = switch (shape.kind()) {
            case OBJECT, MAP -> value instanceof Map;
            case LIST -> value instanceof List;
            case TEXT -> value instanceof String;
            case WHOLE_NUMBER -> isWhole(value);
            case NUMBER -> value instanceof Number;
            case TRUTH -> value instanceof Boolean;
            case QUANTITY ->
                value instanceof Number
                        || value instanceof String text
                                && QUANTITY.matcher(text).matches();
            case ANYTHING -> isWhole(value) || value instanceof String;
        };
        if (!fits) {
            String hint = shape.kind() == Shape.Kind.TEXT && !(value instanceof Map) && !(value instanceof List)
                    ? "; put it in quotes"
                    : "";
            throw new ManifestException(where(path) + ": " + path + " must be " + shape.describe() + ", but is "
                    + Tree.describe(value) + hint);
        }
        if (value instanceof Number number && isWhole(value) && !shape.holds(number.longValue())) {
            throw new ManifestException(where(path) + ": " + path + " must be a number from " + Integer.MIN_VALUE
                    + " to " + Integer.MAX_VALUE + ", but is " + number);
        }
        if (value instanceof Map<?, ?> map) {
            if (shape.kind() == Shape.Kind.OBJECT) {
                object(map, shape, path);
            } else {
                map.forEach((key, item) -> element(item, shape.ofElement(), path + "." + key));
            }
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                element(list.get(i), shape.ofElement(), path + "[" + i + "]");
            }
        }
    }

    /** A field may be there without a value, which means its default; what is in lists and maps has none. */
    private void element(@Nullable Object value, Shape shape, String path) {
        if (value == null && !isFree(shape)) {
            throw new ManifestException(where(path) + ": " + path + " must be " + shape.describe()
                    + ", but is nothing; "
                    + (shape.kind() == Shape.Kind.TEXT ? "write \"\" for an empty text, or remove it" : "remove it"));
        }
        value(value, shape, path);
    }

    private static boolean isFree(Shape shape) {
        return shape.kind() == Shape.Kind.ANYTHING && !shape.isNumberOrText();
    }

    private static boolean isWhole(Object value) {
        return value instanceof Integer || value instanceof Long;
    }

    private String where(String path) {
        return file + ", line " + lines.getOrDefault(path, 1);
    }

    private String whereItBelongs(String name, @Nullable Object value, Map<?, ?> siblings, String path, Shape shape) {
        if (value instanceof String) {
            Optional<String> emptied = emptyMapAmong(siblings, shape);
            if (emptied.isPresent()) {
                return "it belongs into " + (path.isEmpty() ? "" : path + ".") + emptied.get() + ": indent it below "
                        + emptied.get();
            }
        }
        Optional<String> below = searchBelow(name, shape);
        if (below.isPresent()) {
            String parent = path.isEmpty() ? below.get() : path + "." + below.get();
            return "it belongs into " + parent + ": indent it below " + last(parent);
        }
        for (Place ancestor : ancestors) {
            if (ancestor.shape().fields().containsKey(name)) {
                return "it belongs into " + (ancestor.path().isEmpty() ? "the top level" : ancestor.path())
                        + ": indent it less";
            }
        }
        for (Place ancestor : ancestors) {
            Optional<String> elsewhere = searchBelow(name, ancestor.shape());
            if (elsewhere.isPresent()) {
                return "it belongs into " + (ancestor.path().isEmpty() ? "" : ancestor.path() + ".") + elsewhere.get();
            }
        }
        return nearest(name, shape)
                .map(near -> "did you mean \"" + near + "\"?")
                .orElse("remove it, or check its name");
    }

    /** A map without entries beside a field that nobody knows: its entries have lost their indentation. */
    private static Optional<String> emptyMapAmong(Map<?, ?> siblings, Shape shape) {
        for (Map.Entry<?, ?> sibling : siblings.entrySet()) {
            String name = String.valueOf(sibling.getKey());
            Shape field = shape.fields().get(name);
            if (sibling.getValue() == null && field != null && field.kind() == Shape.Kind.MAP) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** The path from here to the nearest object below that has such a field. */
    private static Optional<String> searchBelow(String name, Shape from) {
        Deque<Place> queue = new ArrayDeque<>();
        queue.add(new Place("", from));
        while (!queue.isEmpty()) {
            Place place = queue.remove();
            if (!place.path().isEmpty() && place.shape().fields().containsKey(name)) {
                return Optional.of(place.path());
            }
            if (place.path().chars().filter(c -> c == '.').count() < SEARCH_DEPTH - 2) {
                place.shape().fields().forEach((field, shape) -> {
                    // The status is the server's: nothing that a person writes belongs there.
                    if (shape.kind() == Shape.Kind.OBJECT && !field.equals("status") && !field.equals("metadata")) {
                        queue.add(new Place(place.path().isEmpty() ? field : place.path() + "." + field, shape));
                    }
                });
            }
        }
        return Optional.empty();
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private static Optional<String> nearest(String name, Shape shape) {
        String best = null;
        int least = Math.max(2, name.length() / 3) + 1;
        for (String field : shape.fields().keySet()) {
            int distance = distance(name, field);
            if (distance < least) {
                least = distance;
                best = field;
            }
        }
        return Optional.ofNullable(best);
    }

    /** How many letters must change to make one word the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] current = new int[other.length() + 1];
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int same =
                        Character.toLowerCase(one.charAt(i - 1)) == Character.toLowerCase(other.charAt(j - 1)) ? 0 : 1;
                current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + same);
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
