// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What one request has done with fields that its kind does not have: refused them, dropped them with a warning, or dropped
 * them. The API's parameter {@code fieldValidation}. Not thread-safe: one for each request.
 */
public final class FieldValidation {
    /** The values of the parameter, as Kubernetes writes them but for case. */
    public enum Mode {
        STRICT,
        /** What the API server does where a client says nothing. */
        WARN,
        IGNORE;

        /** As Kubernetes writes it. */
        public String text() {
            return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    private final Mode mode;
    private final List<String> warnings = new ArrayList<>();
    private final List<String> twice = new ArrayList<>();

    private FieldValidation(Mode mode) {
        this.mode = mode;
    }

    public static FieldValidation of(Mode mode) {
        return new FieldValidation(mode);
    }

    /** Refuses unknown fields. */
    public static FieldValidation strict() {
        return new FieldValidation(Mode.STRICT);
    }

    /** Fields that the client's text says more than once, by their paths; of each, what is said last counts. */
    public void saidTwice(List<String> paths) {
        paths.forEach(path -> twice.add("duplicate field \"" + path + "\""));
        if (mode == Mode.WARN) {
            warnings.addAll(twice);
        }
    }

    /** Whether something was said twice, and is to be refused for that. */
    public boolean refusesDuplicates() {
        return mode == Mode.STRICT && !twice.isEmpty();
    }

    /**
     * Takes unknown fields out of a model, unless they are to be refused.
     *
     * @return what is to be refused, in words that name the field; empty where nothing is
     */
    public List<String> refusedIn(Object model) {
        List<String> problems = new ArrayList<>();
        UnknownFields.of(model).forEach(path -> problems.add("unknown field \"" + path + "\""));
        if (mode == Mode.STRICT) {
            problems.addAll(0, twice);
            return problems;
        }
        if (!problems.isEmpty()) {
            UnknownFields.dropFrom(model);
            if (mode == Mode.WARN) {
                warnings.addAll(problems);
            }
        }
        return List.of();
    }

    /** Takes owners away that are named more than once in the same words, and warns of it. */
    public void dropRepeatedOwners(ObjectMeta metadata) {
        List<OwnerReference> owners = Lists.orEmpty(metadata.getOwnerReferences());
        Set<OwnerReference> once = new LinkedHashSet<>();
        List<String> again = new ArrayList<>();
        for (OwnerReference owner : owners) {
            if (!once.add(owner)) {
                again.add(Texts.orEmpty(owner.getUid()));
            }
        }
        if (!again.isEmpty()) {
            metadata.setOwnerReferences(List.copyOf(once));
            warnings.add(
                    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+,"
                            + " and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s)"
                            + " observed: " + String.join(", ", again));
        }
    }

    /** What to warn the client of; empty where nothing is. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
