// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.List;

/** Controllers take what matches their selector and nobody controls, and let go of what matches no more. */
final class Ownership {
    private Ownership() {}

    static <T extends HasMetadata> T adopt(ApiServer api, ResourceType<T> type, T orphan, HasMetadata owner) {
        List<OwnerReference> owners = orphan.getMetadata().getOwnerReferences();
        List<OwnerReference> longer = owners == null ? new ArrayList<>() : new ArrayList<>(owners);
        longer.add(NewReplicaSet.ownedBy(owner.getApiVersion(), owner.getKind(), owner.getMetadata()));
        return withOwners(api, type, orphan, longer);
    }

    static <T extends HasMetadata> void release(ApiServer api, ResourceType<T> type, T object, HasMetadata owner) {
        String uid = owner.getMetadata().getUid();
        withOwners(
                api,
                type,
                object,
                object.getMetadata().getOwnerReferences().stream()
                        .filter(reference -> !reference.getUid().equals(uid))
                        .toList());
    }

    private static <T extends HasMetadata> T withOwners(
            ApiServer api, ResourceType<T> type, T object, List<OwnerReference> owners) {
        T changed = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        metadata.setOwnerReferences(owners);
        changed.setMetadata(metadata);
        return api.update(type, changed);
    }
}
