// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares what a watch was told with what was written: for each object every write once, in its order, and nothing else.
 * Pure; the watch must have begun before the first write.
 */
final class SequenceCheck {
    private final Map<String, List<Written.Event>> written;

    SequenceCheck(Written written) {
        this.written = written.byObject();
    }

    /** How far one object's events were found, and which versions were told. */
    private static final class Progress {
        int next;
        long lastVersion;
        final Set<Long> told = new HashSet<>();
    }

    /** One sentence for each event that was lost, doubled, out of order or never written; empty where all is well. */
    List<String> faults(Seen seen) {
        List<String> faults = new ArrayList<>();
        Map<String, Progress> progress = new HashMap<>();
        for (int i = 0; i < seen.size(); i++) {
            String object = seen.object(i);
            check(
                    object,
                    seen.word(i),
                    seen.version(i),
                    progress.computeIfAbsent(object, name -> new Progress()),
                    faults);
        }
        written.forEach((object, events) -> {
            Progress reached = progress.get(object);
            lost(object, events, reached == null ? 0 : reached.next, events.size(), faults);
        });
        return faults;
    }

    private void check(String object, String word, long version, Progress progress, List<String> faults) {
        String event = object + ": " + word + " at version " + version;
        if (!progress.told.add(version)) {
            faults.add(event + " was told twice");
            return;
        }
        if (version < progress.lastVersion) {
            faults.add(event + " was told after version " + progress.lastVersion);
            return;
        }
        List<Written.Event> events = written.getOrDefault(object, List.of());
        int found = progress.next;
        while (found < events.size() && !matches(events.get(found), word, version)) {
            found++;
        }
        if (found == events.size()) {
            faults.add(event + " was never written");
            return;
        }
        lost(object, events, progress.next, found, faults);
        progress.next = found + 1;
        progress.lastVersion = version;
    }

    private static boolean matches(Written.Event event, String word, long version) {
        return event.word().equals(word) && (event.version() == Written.UNTOLD || event.version() == version);
    }

    private static void lost(String object, List<Written.Event> events, int from, int to, List<String> faults) {
        for (Written.Event event : events.subList(from, to)) {
            faults.add(object + ": " + event.word()
                    + (event.version() == Written.UNTOLD ? "" : " at version " + event.version()) + " was not told");
        }
    }
}
