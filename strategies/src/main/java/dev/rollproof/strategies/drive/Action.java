// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.strategies.check.Check;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Something to be done, as a value. Doing it twice is doing it once. */
public sealed interface Action {
    /** The field that says how many pods are wanted. */
    String REPLICAS = "/spec/replicas";

    /** Creates a Deployment. */
    record Create(Deployment manifest) implements Action {
        public Create {
            Objects.requireNonNull(manifest, "manifest");
        }
    }

    /**
     * Changes fields of a Deployment or a Service, all at once.
     *
     * @param fields what each field, given as a JSON pointer such as {@code /spec/replicas}, should be; null removes it
     */
    record Change(ObjectRef object, Map<String, @Nullable Object> fields) implements Action {
        public Change {
            Objects.requireNonNull(object, "object");
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }

    /**
     * Sets the weights of two backends, in every rule that names both, in one patch.
     *
     * @param weights rule by rule
     */
    record Weigh(Split split, List<Split.Weights> weights) implements Action {
        public Weigh {
            Objects.requireNonNull(split, "split");
            weights = List.copyOf(weights);
        }
    }

    /** Deletes a Deployment, and with it its pods. */
    record Remove(ObjectRef object) implements Action {
        public Remove {
            Objects.requireNonNull(object, "object");
        }
    }

    /** Has a check measure once. */
    record Measure(Check check) implements Action {
        public Measure {
            Objects.requireNonNull(check, "check");
        }
    }

    /** Whether it sends users elsewhere, or takes the last pods of a version away: then what is seen must be what is so. */
    default boolean movesUsers() {
        return this instanceof Weigh
                || this instanceof Change change
                        && (change.object().kind().equals("Service")
                                || Integer.valueOf(0).equals(change.fields().get(REPLICAS)));
    }

    static Change scale(ObjectRef deployment, int replicas) {
        return new Change(deployment, Map.of(REPLICAS, replicas));
    }
}
