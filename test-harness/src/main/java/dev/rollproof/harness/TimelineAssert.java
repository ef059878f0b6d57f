// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.verifier.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on what was observed. Entries are compared as the lines that people read, {@code SUBJECT: WHAT}, such as
 * {@code pod/clock-5d8f-x2x7p: CrashLoopBackOff}; a part of a line will do.
 */
public final class TimelineAssert extends AbstractAssert<TimelineAssert, Timeline> {
    private static final int LINES_OF_A_MESSAGE = 30;

    TimelineAssert(@Nullable Timeline actual) {
        super(actual, TimelineAssert.class);
    }

    /** Some line has this part. */
    public TimelineAssert shows(String part) {
        return showsInOrder(part);
    }

    /** No line has this part. */
    public TimelineAssert showsNo(String part) {
        isNotNull();
        for (Timeline.Entry entry : actual.entries()) {
            if (line(entry).contains(part)) {
                throw failure(
                        "%nwanted no \"%s\" in the timeline, but at %s it shows%n%s",
                        part, at(entry.at()), line(entry));
            }
        }
        return this;
    }

    /** Lines have these parts, each in a later line than the one before; other lines may stand between. */
    public TimelineAssert showsInOrder(String... parts) {
        isNotNull();
        int next = 0;
        for (int i = 0; i < parts.length; i++) {
            int found = find(parts[i], next);
            if (found < 0) {
                throw missing(parts, i);
            }
            next = found + 1;
        }
        return this;
    }

    private int find(String part, int from) {
        List<Timeline.Entry> entries = actual.entries();
        for (int i = from; i < entries.size(); i++) {
            if (line(entries.get(i)).contains(part)) {
                return i;
            }
        }
        return -1;
    }

    private AssertionError missing(String[] parts, int i) {
        String when = i == 0 ? "" : " after \"" + parts[i - 1] + "\"";
        String earlier = find(parts[i], 0) >= 0 ? ", only before" : "";
        return failure(
                "%nwanted \"%s\"%s in the timeline, but it is not there%s. The end of it:%n%s",
                parts[i], when, earlier, end(actual));
    }

    /** The last lines, as people read them. */
    static String end(Timeline timeline) {
        List<Timeline.Entry> entries = timeline.entries();
        int from = Math.max(0, entries.size() - LINES_OF_A_MESSAGE);
        String lines = entries.subList(from, entries.size()).stream()
                .map(entry -> at(entry.at()) + "  " + line(entry))
                .collect(Collectors.joining("\n"));
        return entries.isEmpty() ? "(nothing was observed)" : from == 0 ? lines : "… " + from + " more\n" + lines;
    }

    private static String line(Timeline.Entry entry) {
        return entry.subject() + ": " + entry.what();
    }

    private static String at(Duration at) {
        return String.format(Locale.ROOT, "%5.1f s", at.toMillis() / 1000.0);
    }
}
