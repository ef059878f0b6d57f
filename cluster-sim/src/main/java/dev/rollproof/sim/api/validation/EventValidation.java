// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Event;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for events: those with a time of their own are newer, and have to say more. Source: pkg/apis/core/validation. */
final class EventValidation {
    private static final int LONGEST_WORD = 128;
    private static final int LONGEST_MESSAGE = 1024;

    private final Event event;
    private final FieldErrors errors;

    EventValidation(Event event, FieldErrors errors) {
        this.event = event;
        this.errors = errors;
    }

    void validate() {
        String about = event.getInvolvedObject() == null
                ? ""
                : Texts.orEmpty(event.getInvolvedObject().getNamespace());
        String own = Texts.orEmpty(event.getMetadata().getNamespace());
        if (event.getEventTime() == null) {
            if (about.isEmpty() ? !own.equals("default") : !own.equals(about)) {
                misplaced(about);
            }
            return;
        }
        if (about.isEmpty() && !Set.of("default", "kube-system").contains(own)) {
            misplaced(about);
        }
        String component = Texts.orEmpty(event.getReportingComponent());
        if (component.isEmpty()) {
            errors.required("reportingComponent");
        }
        Names.qualifiedName(component).forEach(wrong -> errors.invalid("reportingComponent", component, wrong));
        said("reportingInstance", event.getReportingInstance());
        said("action", event.getAction());
        said("reason", event.getReason());
        limited("message", event.getMessage(), LONGEST_MESSAGE);
    }

    private void misplaced(String namespace) {
        errors.invalid("involvedObject.namespace", namespace, "does not match event.namespace");
    }

    private void said(String field, @Nullable String value) {
        if (Texts.isEmpty(value)) {
            errors.required(field);
        }
        limited(field, value, LONGEST_WORD);
    }

    private void limited(String field, @Nullable String value, int most) {
        if (Texts.orEmpty(value).getBytes(StandardCharsets.UTF_8).length > most) {
            errors.invalid(field, "", "can have at most " + most + " characters");
        }
    }
}
