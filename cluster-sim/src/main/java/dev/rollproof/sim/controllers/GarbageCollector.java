// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.DeleteOptions.Propagation;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' garbage collector (pkg/controller/garbagecollector): deletes objects none of whose owners is left, and does
 * what foreground and orphaning deletion ask for. Owners are known by their uid, not by their name.
 */
final class GarbageCollector {
    private final ApiServer api;
    private final Map<String, Set<Item>> dependents = new HashMap<>();
    final WorkQueue<Item> queue;

    /** One object: another one of the same name is another item. */
    record Item(ResourceType<?> type, ObjectKey key, String uid) {
        static Item of(ResourceType<?> type, HasMetadata object) {
            return new Item(type, ObjectKey.of(object), object.getMetadata().getUid());
        }
    }

    GarbageCollector(ControlPlane plane) {
        this.api = plane.api();
        this.queue = ControllerManager.queue(plane, "garbagecollector", Integer.MAX_VALUE, this::sync);
    }

    /** Has it look after the objects of a kind. */
    <T extends HasMetadata> void watch(ResourceType<T> type, Informer<T> informer) {
        informer.addHandler((previous, object, deleted) -> onChange(type, previous, object, deleted));
    }

    private void onChange(ResourceType<?> type, @Nullable HasMetadata previous, HasMetadata object, boolean deleted) {
        ObjectMeta metadata = object.getMetadata();
        List<OwnerReference> owners = owners(object);
        List<OwnerReference> before = previous == null ? List.of() : owners(previous);
        if (deleted || owners != before && !owners.equals(before)) {
            forget(before, Item.of(type, object));
        }
        if (deleted) {
            for (Item dependent : dependents.getOrDefault(metadata.getUid(), Set.of())) {
                queue.add(dependent);
            }
            for (OwnerReference owner : before) {
                wakeForegroundOwner(Metadata.namespace(object), owner);
            }
            return;
        }
        if (owners != before && !owners.isEmpty()) {
            Item item = Item.of(type, object);
            for (OwnerReference owner : owners) {
                dependents
                        .computeIfAbsent(owner.getUid(), uid -> new LinkedHashSet<>())
                        .add(item);
                if (previous == null && liveOwner(Metadata.namespace(object), owner) == null) {
                    queue.add(item);
                }
            }
        }
        if (metadata.getDeletionTimestamp() != null
                && metadata.getFinalizers() != null
                && !metadata.getFinalizers().isEmpty()) {
            queue.add(Item.of(type, object));
        }
    }

    private static List<OwnerReference> owners(HasMetadata object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        return owners == null ? List.of() : owners;
    }

    private void forget(List<OwnerReference> owners, Item item) {
        for (OwnerReference owner : owners) {
            Set<Item> owned = dependents.get(owner.getUid());
            if (owned != null) {
                owned.remove(item);
                if (owned.isEmpty()) {
                    dependents.remove(owner.getUid());
                }
            }
        }
    }

    private void wakeForegroundOwner(String namespace, OwnerReference reference) {
        HasMetadata owner = liveOwner(namespace, reference);
        if (owner != null && has(owner, ApiServer.FOREGROUND)) {
            ResourceType<?> type = ResourceType.ofKind(reference.getKind());
            if (type != null) {
                queue.add(Item.of(type, owner));
            }
        }
    }

    /** The object that a reference means; null where it is gone, or where another one has its name. */
    private @Nullable HasMetadata liveOwner(String namespace, OwnerReference reference) {
        ResourceType<?> type = ResourceType.ofKind(reference.getKind());
        if (type == null) {
            return null;
        }
        HasMetadata found = api.find(type, type.namespaced() ? namespace : "", reference.getName());
        return found != null && found.getMetadata().getUid().equals(reference.getUid()) ? found : null;
    }

    private static boolean has(HasMetadata object, String finalizer) {
        List<String> finalizers = object.getMetadata().getFinalizers();
        return Metadata.terminating(object) && finalizers != null && finalizers.contains(finalizer);
    }

    private int sync(Item item) {
        HasMetadata object =
                api.find(item.type(), item.key().namespace(), item.key().name());
        if (object == null || !object.getMetadata().getUid().equals(item.uid())) {
            return 0;
        }
        if (has(object, ApiServer.ORPHAN)) {
            return orphanDependents(item, object);
        }
        if (has(object, ApiServer.FOREGROUND)) {
            return deleteDependents(item, object);
        }
        return Metadata.terminating(object) ? 0 : deleteIfAbandoned(item, object);
    }

    private int deleteIfAbandoned(Item item, HasMetadata object) {
        List<OwnerReference> solid = new ArrayList<>();
        boolean awaited = false;
        for (OwnerReference reference : owners(object)) {
            HasMetadata owner = liveOwner(item.key().namespace(), reference);
            if (owner != null) {
                awaited |= has(owner, ApiServer.FOREGROUND) && Boolean.TRUE.equals(reference.getBlockOwnerDeletion());
                solid.add(reference);
            }
        }
        if (solid.isEmpty() && !owners(object).isEmpty()) {
            delete(item, awaited ? Propagation.FOREGROUND : Propagation.BACKGROUND);
            return 1;
        }
        if (solid.size() < owners(object).size()) {
            setOwners(item, solid);
            return 1;
        }
        return 0;
    }

    private void delete(Item item, Propagation propagation) {
        api.delete(
                item.type(),
                item.key().namespace(),
                item.key().name(),
                DeleteOptions.defaults().withPropagation(propagation).onlyUid(item.uid()));
    }

    private int orphanDependents(Item item, HasMetadata owner) {
        int writes = 0;
        for (Item dependent : List.copyOf(dependents.getOrDefault(item.uid(), Set.of()))) {
            HasMetadata object = api.find(
                    dependent.type(),
                    dependent.key().namespace(),
                    dependent.key().name());
            if (object != null) {
                List<OwnerReference> others = new ArrayList<>(owners(object));
                others.removeIf(reference -> reference.getUid().equals(item.uid()));
                if (others.size() < owners(object).size()) {
                    setOwners(dependent, others);
                    writes++;
                }
            }
        }
        removeFinalizer(item.type(), owner, ApiServer.ORPHAN);
        return writes + 1;
    }

    private int deleteDependents(Item item, HasMetadata owner) {
        int writes = 0;
        boolean blocked = false;
        for (Item dependent : List.copyOf(dependents.getOrDefault(item.uid(), Set.of()))) {
            HasMetadata object = api.find(
                    dependent.type(),
                    dependent.key().namespace(),
                    dependent.key().name());
            if (object == null || !object.getMetadata().getUid().equals(dependent.uid())) {
                continue;
            }
            blocked |= owners(object).stream()
                    .anyMatch(reference -> reference.getUid().equals(item.uid())
                            && Boolean.TRUE.equals(reference.getBlockOwnerDeletion()));
            if (!Metadata.terminating(object)) {
                boolean hasOwn =
                        !dependents.getOrDefault(dependent.uid(), Set.of()).isEmpty();
                delete(dependent, hasOwn ? Propagation.FOREGROUND : Propagation.BACKGROUND);
                writes++;
            }
        }
        if (!blocked) {
            removeFinalizer(item.type(), owner, ApiServer.FOREGROUND);
            writes++;
        }
        return writes;
    }

    private <T extends HasMetadata> void removeFinalizer(ResourceType<T> type, HasMetadata object, String finalizer) {
        T changed = type.shallowCopy().apply(type.model().cast(object));
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        List<String> finalizers = new ArrayList<>(metadata.getFinalizers());
        finalizers.remove(finalizer);
        metadata.setFinalizers(finalizers);
        changed.setMetadata(metadata);
        api.update(type, changed);
    }

    private void setOwners(Item item, List<OwnerReference> owners) {
        setOwners(item.type(), item, owners);
    }

    private <T extends HasMetadata> void setOwners(ResourceType<T> type, Item item, List<OwnerReference> owners) {
        T object = api.get(type, item.key().namespace(), item.key().name());
        T changed = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        metadata.setOwnerReferences(owners);
        changed.setMetadata(metadata);
        api.update(type, changed);
    }
}
