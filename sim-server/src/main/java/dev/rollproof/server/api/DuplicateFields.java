// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Fields that a JSON text says more than once in one object. Who reads it takes the last, and the others are lost without a word; the
 * API server tells of them, or refuses them. Not thread-safe.
 */
final class DuplicateFields {
    /** More are not told: a body of nothing else would have as many as it has bytes. */
    private static final int MOST = 100;

    /** What nests deeper is no object, and is refused by who reads it. */
    private static final int MOST_DEPTH = 500;

    private final String text;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Set<String> found = new LinkedHashSet<>();
    private int at;

    /** An object or a list that is open. */
    private static final class Level {
        private final boolean list;
        private final Set<String> fields = new HashSet<>();
        private String field = "";
        private int index;

        Level(boolean list) {
            this.list = list;
        }
    }

    private DuplicateFields(String text) {
        this.text = text;
    }

    /**
     * Their paths, such as {@code spec.containers[0].name}, each once and in the order of the text; empty where there are none.
     *
     * @param json that somebody has read as JSON before: nothing is checked here
     */
    static List<String> in(String json) {
        DuplicateFields duplicates = new DuplicateFields(json);
        while (duplicates.at < json.length()
                && duplicates.found.size() < MOST
                && duplicates.levels.size() < MOST_DEPTH) {
            duplicates.step();
        }
        return new ArrayList<>(duplicates.found);
    }

    private void step() {
        char here = text.charAt(at++);
        Level level = levels.peek();
        switch (here) {
            case '{', '[' -> levels.push(new Level(here == '['));
            case '}', ']' -> levels.poll();
            case ',' -> {
                if (level != null) {
                    level.index++;
                }
            }
            case '"' -> {
                String word = word();
                if (level != null && !level.list && isFollowedByColon()) {
                    level.field = word;
                    if (!level.fields.add(word)) {
                        found.add(path());
                    }
                }
            }
            default -> {}
        }
    }

    /** The way to the field that was just read. */
    private String path() {
        StringBuilder path = new StringBuilder();
        for (Iterator<Level> outermost = levels.descendingIterator(); outermost.hasNext(); ) {
            Level level = outermost.next();
            if (level.list) {
                path.append('[').append(level.index).append(']');
            } else {
                path.append(path.length() == 0 ? "" : ".").append(level.field);
            }
        }
        return path.toString();
    }

    /** The rest of a text in quotes, as it is written. */
    private String word() {
        int from = at;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        int to = Math.min(at++, text.length());
        return text.substring(from, to);
    }

    private boolean isFollowedByColon() {
        int next = at;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next < text.length() && text.charAt(next) == ':';
    }
}
