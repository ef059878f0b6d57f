// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one writer had written, object by object, in its order. Each object has one writer. Not thread-safe. */
final class Written {
    /** Where an answer does not say which version a write made, as a deletion's does not. */
    static final long UNTOLD = 0;

    /** One write that the server has acknowledged, as a watch has to tell it. */
    record Event(String word, long version) {}

    private final Map<String, List<Event>> byObject = new LinkedHashMap<>();

    Written add(String object, String word, long version) {
        byObject.computeIfAbsent(object, name -> new ArrayList<>()).add(new Event(word, version));
        return this;
    }

    Written addAll(Written other) {
        other.byObject.forEach((object, events) ->
                byObject.computeIfAbsent(object, name -> new ArrayList<>()).addAll(events));
        return this;
    }

    Map<String, List<Event>> byObject() {
        return byObject;
    }

    long size() {
        return byObject.values().stream().mapToLong(List::size).sum();
    }
}
