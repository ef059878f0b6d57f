// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When the cluster's own components last wrote an object and its status: noted with each of their writes, which is all that these cost
 * more. What only takes fields out counts as well. Not thread-safe: under the simulation's lock.
 */
final class ComponentTimes {
    private final Map<String, Times> byUid = new HashMap<>();
    private String goneUid = "";
    private @Nullable Times gone;

    /**
     * @param object all but the status
     * @param status as the object was made, where nobody has written it since
     */
    record Times(String object, String status) {}

    Times of(HasMetadata object) {
        String uid = object.getMetadata().getUid();
        Times times = byUid.get(uid);
        if (times == null && goneUid.equals(uid)) {
            times = gone;
        }
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
            byUid.put(
                    event.object().getMetadata().getUid(),
                    status ? new Times(before.object(), now) : new Times(now, before.status()));
        }
    }

    /** But for a moment: watches are still to be told of its end. */
    void forget(HasMetadata object) {
        goneUid = object.getMetadata().getUid();
        gone = byUid.remove(goneUid);
    }
}
