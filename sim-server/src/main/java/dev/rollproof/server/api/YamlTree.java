// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;

/**
 * Reads YAML from strangers. What nests deeper than anybody's manifest would end this Java's stack, what holds itself has no end,
 * and anchors can unfold to more than memory holds: each is refused before anybody walks through it.
 */
final class YamlTree {
    private static final int MOST_DEPTH = 500;
    private static final int MOST_NODES = 500_000;

    private int nodes;

    private YamlTree() {}

    /**
     * The one document of a text.
     *
     * @throws RuntimeException where it is none, with a message that says why
     */
    static @Nullable Object of(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(ApiRequest.MOST_BODY_BYTES)
                .build();
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> {
                    if (++depth > MOST_DEPTH) {
                        throw tooDeep();
                    }
                }
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
        }
        Object tree = new Load(settings).loadFromString(text);
        new YamlTree().walk(tree, 0);
        return tree;
    }

    /** An object within itself is deeper than all bounds. */
    private void walk(@Nullable Object tree, int depth) {
        if (depth > MOST_DEPTH) {
            throw tooDeep();
        }
        if (++nodes > MOST_NODES) {
            throw new IllegalArgumentException("its anchors unfold to more than " + MOST_NODES + " values");
        }
        if (tree instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (!(key instanceof String)) {
                    throw new IllegalArgumentException("the key " + (key instanceof Number ? key : "") + " is no text");
                }
                walk(value, depth + 1);
            });
        } else if (tree instanceof Collection<?> items) {
            items.forEach(item -> walk(item, depth + 1));
        }
    }

    private static IllegalArgumentException tooDeep() {
        return new IllegalArgumentException("exceeded max depth of " + MOST_DEPTH);
    }
}
