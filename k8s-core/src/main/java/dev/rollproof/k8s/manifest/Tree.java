// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML document as maps, lists and scalars, with the line of every field. */
final class Tree {
    private final Map<String, Integer> lines = new HashMap<>();
    private final String file;
    private @Nullable Object value;

    private Tree(String file) {
        this.file = file;
    }

    static Tree of(Node document, String file) {
        Tree tree = new Tree(file);
        tree.lines.put("", line(document));
        tree.value = tree.read(document, "");
        return tree;
    }

    @Nullable
    Object value() {
        return value;
    }

    int lineOf(String path) {
        return lines.getOrDefault(path, 1);
    }

    /** The lines of all fields below a path, by their path from there. */
    Map<String, Integer> linesBelow(String path) {
        if (path.isEmpty()) {
            return lines;
        }
        Map<String, Integer> below = new HashMap<>();
        lines.forEach((field, line) -> {
            if (field.startsWith(path + ".")) {
                below.put(field.substring(path.length() + 1), line);
            }
        });
        return below;
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private @Nullable Object read(Node node, String path) {
        if (node instanceof MappingNode mapping) {
            return readMap(mapping, path);
        }
        if (node instanceof SequenceNode sequence) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                String itemPath = path + "[" + list.size() + "]";
                lines.put(itemPath, line(item));
                list.add(read(item, itemPath));
            }
            return list;
        }
        return scalar((ScalarNode) node);
    }

    private Map<String, @Nullable Object> readMap(MappingNode mapping, String path) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (NodeTuple field : mapping.getValue()) {
            if (!(field.getKeyNode() instanceof ScalarNode key)) {
                throw new ManifestException(
                        file + ", line " + line(field.getKeyNode()) + ": a field's name must be plain text");
            }
            String name = key.getValue();
            // Label and annotation keys may have dots: their path is as Kubernetes writes it, with the dots.
            String fieldPath = path.isEmpty() ? name : path + "." + name;
            if (map.containsKey(name)) {
                throw new ManifestException(file + ", line " + line(key) + ": " + fieldPath
                        + " is there twice, first on line " + lines.get(fieldPath) + "; keep one of them");
            }
            lines.put(fieldPath, line(key));
            map.put(name, read(field.getValueNode(), fieldPath));
        }
        return map;
    }

    private static @Nullable Object scalar(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (tag.equals(Tag.NULL)) {
            return null;
        }
        if (tag.equals(Tag.BOOL)) {
            return Boolean.parseBoolean(text.toLowerCase(java.util.Locale.ROOT));
        }
        try {
            if (tag.equals(Tag.INT)) {
                return integer(text);
            }
            if (tag.equals(Tag.FLOAT)) {
                return Double.valueOf(text);
            }
        } catch (NumberFormatException special) {
            return text;
        }
        return text;
    }

    private static Object integer(String text) {
        BigInteger value = text.startsWith("0x")
                ? new BigInteger(text.substring(2), 16)
                : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
        if (value.bitLength() < 32) {
            return value.intValue();
        }
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    /** What a value is, for people. */
    static String describe(@Nullable Object value) {
        if (value == null) {
            return "nothing";
        }
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "a list";
        }
        return value instanceof String text ? "the text \"" + text + "\"" : String.valueOf(value);
    }
}
