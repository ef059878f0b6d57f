// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * When the cluster's own components last wrote an object and its status: noted with each of their writes, which is all that these cost
 * more. What only takes fields out counts as well. Not thread-safe: under the simulation's lock.
 */
final class ComponentTimes {
    private final KeptByUid<Times> known = new KeptByUid<>();

    /**
     * @param object all but the status
     * @param status as the object was made, where nobody has written it since
     */
    record Times(String object, String status) {}

    Times of(HasMetadata object) {
        Times times = known.of(object);
        return times == null ? created(object) : times;
    }

    private static Times created(HasMetadata object) {
        String at = object.getMetadata().getCreationTimestamp();
        return new Times(at, at);
    }

    /** A component has written. Of what is new, its creation says when. */
    void wrote(StoredEvent<?> event, String now) {
        if (event.type() != Change.Type.MODIFIED || event.part() == StoredEvent.Part.UNOWNED) {
            return;
        }
        Times before = of(event.object());
        boolean status = event.part() == StoredEvent.Part.STATUS;
        if (!now.equals(status ? before.status() : before.object())) {
            known.put(event.object(), status ? new Times(before.object(), now) : new Times(now, before.status()));
        }
    }

    void forget(HasMetadata object) {
        known.forget(object);
    }
}
