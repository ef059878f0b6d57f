// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import dev.rollproof.k8s.ObjectRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The metadata of an object.
 *
 * @param namespace {@code ""} for kinds without one
 * @param uid unlike the name, never used twice; {@code ""} only for manifests that no server has seen
 * @param resourceVersion the version of this object; to be compared by {@link #isOlderThan}
 * @param generation counts changes of the spec; 0 for kinds that do not count them
 * @param owners all owners; at most one of them is the controller
 * @param creationTimestamp by the API server's clock, in whole seconds
 * @param deletionTimestamp present while the object is being deleted: when its grace period ends, by the API server's clock
 */
public record ObservedMetadata(
        String kind,
        String namespace,
        String name,
        String uid,
        String resourceVersion,
        long generation,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<Owner> owners,
        Optional<Instant> creationTimestamp,
        Optional<Instant> deletionTimestamp) {
    /** An owner of an object; what it controls is looked after by a controller, and by one only. */
    public record Owner(String kind, String name, String uid, boolean controller) {}

    public ObservedMetadata {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        owners = List.copyOf(owners);
    }

    public ObjectRef ref() {
        return new ObjectRef(kind, namespace, name);
    }

    /** The owner that controls this object. */
    public Optional<Owner> controller() {
        for (Owner owner : owners) {
            if (owner.controller()) {
                return Optional.of(owner);
            }
        }
        return Optional.empty();
    }

    public boolean isControlledBy(String ownerUid) {
        for (Owner owner : owners) {
            if (owner.controller() && owner.uid().equals(ownerUid)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether this was observed of an older state than the other, of the same kind. Versions of one kind are numbers that grow,
     * also from one object to the next (KEP-5504); where a server has others, nothing is known to be older.
     */
    public boolean isOlderThan(ObservedMetadata other) {
        try {
            return Long.parseLong(resourceVersion) < Long.parseLong(other.resourceVersion);
        } catch (NumberFormatException opaque) {
            return false;
        }
    }

    /** Whether somebody has asked for its deletion. */
    public boolean terminating() {
        return deletionTimestamp.isPresent();
    }
}
