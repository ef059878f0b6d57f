// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.api.validation.FieldErrors;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import org.jspecify.annotations.Nullable;

/** Reads and copies the metadata of frozen objects. */
public final class Metadata {
    private Metadata() {}

    /** A shallow copy, to be changed by setting whole fields. */
    public static ObjectMeta copy(ObjectMeta from) {
        ObjectMeta to = new ObjectMeta();
        to.setName(from.getName());
        to.setGenerateName(from.getGenerateName());
        to.setNamespace(from.getNamespace());
        to.setUid(from.getUid());
        to.setResourceVersion(from.getResourceVersion());
        to.setGeneration(from.getGeneration());
        to.setCreationTimestamp(from.getCreationTimestamp());
        to.setDeletionTimestamp(from.getDeletionTimestamp());
        to.setDeletionGracePeriodSeconds(from.getDeletionGracePeriodSeconds());
        to.setLabels(from.getLabels());
        to.setAnnotations(from.getAnnotations());
        to.setOwnerReferences(from.getOwnerReferences());
        to.setFinalizers(from.getFinalizers());
        to.setManagedFields(from.getManagedFields());
        return to;
    }

    /** Refuses an object that says it has another uid than the stored one. */
    static void checkUid(ResourceType<?> type, HasMetadata changed, HasMetadata stored) {
        String uid = changed.getMetadata().getUid();
        if (uid != null && !uid.isEmpty() && !uid.equals(stored.getMetadata().getUid())) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("metadata.uid", uid, "field is immutable");
            errors.throwIfAny(type.kind(), type.group(), stored.getMetadata().getName());
        }
    }

    public static long generation(HasMetadata object) {
        Long generation = object.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    public static long version(HasMetadata object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }

    public static boolean terminating(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    public static String namespace(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return namespace == null ? "" : namespace;
    }

    public static String label(HasMetadata object, String key) {
        var labels = object.getMetadata().getLabels();
        String value = labels == null ? null : labels.get(key);
        return value == null ? "" : value;
    }

    /** The value of an annotation; null where it is absent. */
    public static @Nullable String annotation(HasMetadata object, String key) {
        var annotations = object.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(key);
    }

    /** The reference to the owner that controls the object; null where nobody does. */
    public static @Nullable OwnerReference controllerOf(HasMetadata object) {
        var owners = object.getMetadata().getOwnerReferences();
        if (owners != null) {
            for (OwnerReference owner : owners) {
                if (Boolean.TRUE.equals(owner.getController())) {
                    return owner;
                }
            }
        }
        return null;
    }

    public static boolean isControlledBy(HasMetadata object, HasMetadata owner) {
        OwnerReference controller = controllerOf(object);
        return controller != null
                && controller.getUid().equals(owner.getMetadata().getUid());
    }
}
