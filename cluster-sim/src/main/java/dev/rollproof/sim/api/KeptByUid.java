// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of objects beside them. Of the last one that has gone it is kept for a moment longer: watches are still to be told of its
 * end. Not thread-safe: under the simulation's lock.
 *
 * @param <V> what is known of each
 */
final class KeptByUid<V> {
    private final Map<String, V> byUid = new HashMap<>();
    private String goneUid = "";
    private @Nullable V gone;

    @Nullable
    V of(HasMetadata object) {
        String uid = object.getMetadata().getUid();
        V known = byUid.get(uid);
        return known == null && goneUid.equals(uid) ? gone : known;
    }

    void put(HasMetadata object, V known) {
        byUid.put(object.getMetadata().getUid(), known);
    }

    void forget(HasMetadata object) {
        gone = of(object);
        goneUid = object.getMetadata().getUid();
        byUid.remove(goneUid);
    }
}
