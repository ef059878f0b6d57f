// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An event's columns. */
final class EventColumns {
    private EventColumns() {}

    static List<Column<Event>> of(Instant now) {
        return List.of(
                Column.text("Last Seen", event -> lastSeen(event, now)),
                Column.text("Type", Event::getType),
                Column.text("Reason", Event::getReason),
                Column.text("Object", EventColumns::regarding),
                Column.wide(
                        "Subobject",
                        event -> event.getInvolvedObject() == null
                                ? ""
                                : Objects.requireNonNullElse(
                                        event.getInvolvedObject().getFieldPath(), "")),
                Column.wide("Source", EventColumns::source),
                Column.text(
                        "Message",
                        event -> Objects.requireNonNullElse(event.getMessage(), "")
                                .strip()),
                Column.wide("First Seen", event -> firstSeen(event, now)),
                new Column<>("Count", "integer", true, EventColumns::count),
                Column.wide("Name", event -> event.getMetadata().getName()));
    }

    private static String firstSeen(Event event, Instant now) {
        return Ages.since(
                event.getFirstTimestamp() != null || event.getEventTime() == null
                        ? event.getFirstTimestamp()
                        : event.getEventTime().getTime(),
                now);
    }

    private static String lastSeen(Event event, Instant now) {
        return event.getLastTimestamp() == null ? firstSeen(event, now) : Ages.since(event.getLastTimestamp(), now);
    }

    private static String regarding(Event event) {
        var object = event.getInvolvedObject();
        if (object == null || object.getName() == null || object.getName().isEmpty()) {
            return String.valueOf(object == null ? "" : object.getKind()).toLowerCase(Locale.ROOT);
        }
        return String.valueOf(object.getKind()).toLowerCase(Locale.ROOT) + "/" + object.getName();
    }

    private static String source(Event event) {
        if (event.getSource() == null || event.getSource().getComponent() == null) {
            return Objects.requireNonNullElse(event.getReportingComponent(), "");
        }
        String host = event.getSource().getHost();
        return event.getSource().getComponent() + (host == null || host.isEmpty() ? "" : ", " + host);
    }

    private static @Nullable Object count(Event event) {
        return Math.max(1, Columns.zero(event.getCount()));
    }
}
