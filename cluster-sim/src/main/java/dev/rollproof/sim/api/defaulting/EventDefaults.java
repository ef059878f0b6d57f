// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventSource;
import io.fabric8.kubernetes.api.model.ObjectReference;

/** What events always say, if only that it is nothing. */
final class EventDefaults {
    private EventDefaults() {}

    static void setOn(Event event) {
        if (event.getInvolvedObject() == null) {
            event.setInvolvedObject(new ObjectReference());
        }
        if (event.getSource() == null) {
            event.setSource(new EventSource());
        }
        event.setReportingComponent(Texts.orEmpty(event.getReportingComponent()));
        event.setReportingInstance(Texts.orEmpty(event.getReportingInstance()));
    }
}
