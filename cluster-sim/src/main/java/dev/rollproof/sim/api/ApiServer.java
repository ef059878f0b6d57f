// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The API server's rules in front of the store: versions and conflicts, generations, status kept apart from spec, deletion
 * with grace and finalizers. Objects that come in are frozen by that, and objects that go out are: callers who hand them
 * to strangers make copies. Not thread-safe: callers hold the simulation's lock.
 */
public final class ApiServer {
    /** The finalizer of an object whose dependents go first. */
    public static final String FOREGROUND = "foregroundDeletion";
    /** The finalizer of an object whose dependents stay. */
    public static final String ORPHAN = "orphan";

    private final EventLoop loop;
    private final Randomness random;
    private final Timestamps timestamps;
    private final Store.VersionCounter versions = new Store.VersionCounter();
    private final Map<ResourceType<?>, Store<?>> stores = new LinkedHashMap<>();

    private final Admission admission;

    private BiConsumer<Write, ResourceType<?>> interceptor = (write, type) -> {};

    /** What a controller asks the server to write. */
    public enum Write {
        CREATE,
        UPDATE,
        DELETE
    }

    /**
     * @param historyLimit how many changes of each kind a watch can be resumed over
     */
    public ApiServer(EventLoop loop, Randomness random, int historyLimit) {
        this.loop = loop;
        this.random = random;
        this.timestamps = new Timestamps(loop);
        this.admission = new Admission(this, random.fork("admission"));
        for (ResourceType<?> type : ResourceType.all()) {
            stores.put(type, new Store<>(type, versions, historyLimit));
        }
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> Store<T> store(ResourceType<T> type) {
        return (Store<T>) Objects.requireNonNull(stores.get(type));
    }

    public EventLoop loop() {
        return loop;
    }

    public Timestamps timestamps() {
        return timestamps;
    }

    /** Has somebody see the controllers' writes before they are done; what it throws is the server's answer. */
    public void intercept(BiConsumer<Write, ResourceType<?>> before) {
        interceptor = before;
    }

    /** Has somebody hear of every change of any kind, at once. */
    public void onChange(Consumer<? super StoredEvent<?>> listener) {
        stores.values().forEach(store -> store.onChange(listener));
    }

    /** The objects as they are now. */
    public <T extends HasMetadata> Reader<T> reader(ResourceType<T> type) {
        return store(type).reader();
    }

    /** The objects as they were at a version, or at the oldest one that is remembered. */
    public <T extends HasMetadata> Reader<T> readerAt(ResourceType<T> type, long version) {
        return store(type).readerAt(version);
    }

    /** The oldest version that {@link #readerAt} and watches still know of a kind. */
    public long oldestVersion(ResourceType<?> type) {
        return store(type).oldestVersion();
    }

    /** Forgets what a watch of this kind could be resumed over. */
    public void compact(ResourceType<?> type) {
        store(type).compact();
    }

    /** All open watches of a kind. */
    public <T extends HasMetadata> List<Watch<T>> watches(ResourceType<T> type) {
        List<Watch<T>> open = new ArrayList<>(store(type).watches());
        open.removeIf(Watch::isClosed);
        return open;
    }

    /** The version of the whole store. */
    public long version() {
        return versions.last();
    }

    public <T extends HasMetadata> @Nullable T find(ResourceType<T> type, String namespace, String name) {
        return store(type).find(namespace, name);
    }

    public <T extends HasMetadata> T get(ResourceType<T> type, String namespace, String name) {
        T object = find(type, namespace, name);
        if (object == null) {
            throw new ClusterException(Reason.NOT_FOUND, type.resource() + " \"" + name + "\" not found");
        }
        return object;
    }

    public <T extends HasMetadata> List<T> all(ResourceType<T> type, String namespace) {
        return store(type).all(namespace);
    }

    /** Creates an object; name or generateName, and the namespace, must be in its metadata. */
    public <T extends HasMetadata> T create(ResourceType<T> type, T object) {
        interceptor.accept(Write.CREATE, type);
        return insert(type, object);
    }

    <T extends HasMetadata> T insert(ResourceType<T> type, T object) {
        return insert(type, object, false);
    }

    <T extends HasMetadata> T insert(ResourceType<T> type, T object, boolean dryRun) {
        return insert(type, object, dryRun, random::uuid);
    }

    /** Creates an object of the server's own, with a uid that is given. */
    public <T extends HasMetadata> T createAs(ResourceType<T> type, T object, String uid) {
        return insert(type, object, false, () -> uid);
    }

    /** Refuses a pod that names what there is not, which comes before what is wrong with it. */
    void admit(Pod pod) {
        admission.check(pod);
    }

    private <T extends HasMetadata> T insert(ResourceType<T> type, T object, boolean dryRun, Supplier<String> uid) {
        T created = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        created.setMetadata(metadata);
        if (Texts.isEmpty(metadata.getName()) && metadata.getGenerateName() != null) {
            metadata.setName(metadata.getGenerateName() + random.word(5));
        }
        admission.checkNamespace(type, created);
        admission.complete(created);
        InitialStatus.setOn(created, timestamps.now());
        admission.checkQuotas(type, created, !dryRun);
        if (find(type, Metadata.namespace(created), metadata.getName()) != null) {
            throw new ClusterException(
                    Reason.ALREADY_EXISTS, type.resource() + " \"" + metadata.getName() + "\" already exists");
        }
        metadata.setUid(uid.get());
        metadata.setCreationTimestamp(timestamps.now());
        metadata.setDeletionTimestamp(null);
        metadata.setDeletionGracePeriodSeconds(null);
        metadata.setGeneration(type.spec().apply(created) == null ? null : 1L);
        return dryRun ? created : store(type).put(created);
    }

    /** Replaces metadata and spec; the status stays. A resourceVersion in the metadata must be the stored one. */
    public <T extends HasMetadata> T update(ResourceType<T> type, T object) {
        interceptor.accept(Write.UPDATE, type);
        return overwrite(type, object);
    }

    private <T extends HasMetadata> T overwrite(ResourceType<T> type, T object) {
        Object spec = type.spec().apply(object);
        T stored = existing(type, object);
        return overwrite(type, object, spec == null || spec.equals(type.spec().apply(stored)), false);
    }

    /** @param sameSpec whether it is of the same generation as the stored one */
    <T extends HasMetadata> T overwrite(ResourceType<T> type, T object, boolean sameSpec, boolean dryRun) {
        T stored = existing(type, object);
        admission.checkGrowth(object, stored);
        T updated = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        keepServerFields(metadata, stored.getMetadata());
        updated.setMetadata(metadata);
        type.setStatus().accept(updated, stored);
        if (!sameSpec) {
            metadata.setGeneration(Metadata.generation(stored) + 1);
        }
        if (dryRun) {
            metadata.setResourceVersion(stored.getMetadata().getResourceVersion());
            return updated;
        }
        if (finished(updated)) {
            store(type).remove(updated);
            return updated;
        }
        return store(type).put(updated);
    }

    /** Replaces the status and nothing else. */
    public <T extends HasMetadata> T updateStatus(ResourceType<T> type, T object) {
        interceptor.accept(Write.UPDATE, type);
        return overwriteStatus(type, object, false);
    }

    <T extends HasMetadata> T overwriteStatus(ResourceType<T> type, T object, boolean dryRun) {
        T stored = existing(type, object);
        T updated = type.shallowCopy().apply(stored);
        ObjectMeta metadata = Metadata.copy(stored.getMetadata());
        if (type.equals(ResourceType.DEPLOYMENTS)) {
            // The Deployment controller writes the revision together with the status.
            metadata.setAnnotations(object.getMetadata().getAnnotations());
        }
        updated.setMetadata(metadata);
        type.setStatus().accept(updated, object);
        return dryRun ? updated : store(type).put(updated, StoredEvent.Part.STATUS);
    }

    /** Puts a pod on a node, as the binding subresource does: the node's name and the condition in one write. */
    public Pod bind(Pod bound) {
        existing(ResourceType.PODS, bound);
        Pod stored = ResourceType.PODS.shallowCopy().apply(bound);
        stored.setMetadata(Metadata.copy(bound.getMetadata()));
        return store(ResourceType.PODS).put(stored, StoredEvent.Part.UNOWNED);
    }

    private <T extends HasMetadata> T existing(ResourceType<T> type, T object) {
        T stored = get(type, Metadata.namespace(object), object.getMetadata().getName());
        checkVersion(type, object, stored);
        return stored;
    }

    /** Refuses an object that says another version than the stored one. */
    void checkVersion(ResourceType<?> type, HasMetadata object, HasMetadata stored) {
        String name = object.getMetadata().getName();
        String expected = object.getMetadata().getResourceVersion();
        if (expected != null && !expected.equals(stored.getMetadata().getResourceVersion())) {
            throw new ClusterException(
                    Reason.CONFLICT,
                    "Operation cannot be fulfilled on " + type.resource() + " \"" + name
                            + "\": the object has been modified; please apply your changes to the latest version and try"
                            + " again");
        }
    }

    private static void keepServerFields(ObjectMeta metadata, ObjectMeta stored) {
        metadata.setUid(stored.getUid());
        metadata.setCreationTimestamp(stored.getCreationTimestamp());
        metadata.setDeletionTimestamp(stored.getDeletionTimestamp());
        metadata.setDeletionGracePeriodSeconds(stored.getDeletionGracePeriodSeconds());
        metadata.setGeneration(stored.getGeneration());
    }

    /** Whether an object that is being deleted has nothing left to wait for. */
    private static boolean finished(HasMetadata object) {
        ObjectMeta metadata = object.getMetadata();
        Long grace = metadata.getDeletionGracePeriodSeconds();
        return metadata.getDeletionTimestamp() != null
                && (metadata.getFinalizers() == null || metadata.getFinalizers().isEmpty())
                && !(object instanceof Namespace namespace && hasContent(namespace))
                && (grace == null || grace == 0);
    }

    /** A namespace goes when its controller has emptied it and says so. */
    private static boolean hasContent(Namespace namespace) {
        return namespace.getSpec() != null
                && namespace.getSpec().getFinalizers() != null
                && !namespace.getSpec().getFinalizers().isEmpty();
    }

    /**
     * Deletes an object: at once, or, where a pod runs or finalizers are left, by marking it.
     *
     * @return the object as it is now stored, or as it was when it went
     */
    public <T extends HasMetadata> T delete(
            ResourceType<T> type, String namespace, String name, DeleteOptions options) {
        interceptor.accept(Write.DELETE, type);
        return remove(type, namespace, name, options, false);
    }

    <T extends HasMetadata> T remove(
            ResourceType<T> type, String namespace, String name, DeleteOptions options, boolean dryRun) {
        admission.checkDeletion(type, name);
        T stored = get(type, namespace, name);
        checkPreconditions(type, stored, options);
        long grace = graceOf(stored, options);
        T marked = type.shallowCopy().apply(stored);
        ObjectMeta metadata = Metadata.copy(stored.getMetadata());
        marked.setMetadata(metadata);
        boolean already = metadata.getDeletionTimestamp() != null;
        Long grantedBefore = metadata.getDeletionGracePeriodSeconds();
        if (already && grantedBefore != null && grace >= grantedBefore) {
            return stored;
        }
        if (!already) {
            addFinalizer(metadata, options.propagation());
        }
        metadata.setDeletionTimestamp(timestamps.inSeconds(grace));
        metadata.setDeletionGracePeriodSeconds(grace);
        if (!already && metadata.getGeneration() != null) {
            metadata.setGeneration(metadata.getGeneration() + 1);
        }
        if (finished(marked)) {
            if (dryRun) {
                return stored;
            }
            // Of a pod, its last seconds are told before its end.
            T last = marked instanceof Pod ? store(type).put(marked, StoredEvent.Part.UNOWNED) : stored;
            store(type).remove(last);
            return last;
        }
        if (marked instanceof Namespace leaving) {
            NamespaceStatus status = new NamespaceStatus();
            status.setPhase("Terminating");
            leaving.setStatus(status);
        }
        return dryRun ? marked : store(type).put(marked, StoredEvent.Part.UNOWNED);
    }

    private static void checkPreconditions(ResourceType<?> type, HasMetadata stored, DeleteOptions options) {
        ObjectMeta metadata = stored.getMetadata();
        String refused =
                "Operation cannot be fulfilled on " + type.qualifiedKind() + " \"" + metadata.getName() + "\": the ";
        options.uid().filter(uid -> !uid.equals(metadata.getUid())).ifPresent(uid -> {
            throw new ClusterException(
                    Reason.CONFLICT,
                    refused + "UID in the precondition (" + uid + ") does not match the UID in record ("
                            + metadata.getUid() + "). The object might have been deleted and then recreated");
        });
        options.resourceVersion()
                .filter(version -> !version.equals(metadata.getResourceVersion()))
                .ifPresent(version -> {
                    throw new ClusterException(
                            Reason.CONFLICT,
                            refused + "ResourceVersion in the precondition (" + version
                                    + ") does not match the ResourceVersion in record ("
                                    + metadata.getResourceVersion() + "). The object might have been modified");
                });
    }

    /** Foreground and orphaning deletion leave a mark, which the garbage collector takes away when it has done its part. */
    private static void addFinalizer(ObjectMeta metadata, DeleteOptions.Propagation propagation) {
        if (propagation == DeleteOptions.Propagation.BACKGROUND) {
            return;
        }
        List<String> finalizers = new ArrayList<>();
        if (metadata.getFinalizers() != null) {
            finalizers.addAll(metadata.getFinalizers());
        }
        finalizers.add(propagation == DeleteOptions.Propagation.FOREGROUND ? FOREGROUND : ORPHAN);
        metadata.setFinalizers(finalizers);
    }

    private static <T extends HasMetadata> long graceOf(T object, DeleteOptions options) {
        if (!(object instanceof Pod pod)) {
            return 0;
        }
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        if (pod.getSpec().getNodeName() == null || "Succeeded".equals(phase) || "Failed".equals(phase)) {
            return 0;
        }
        if (options.gracePeriodSeconds().isPresent()) {
            return options.gracePeriodSeconds().getAsLong();
        }
        Long own = pod.getSpec().getTerminationGracePeriodSeconds();
        return own == null ? 30 : own;
    }

    /**
     * Watches a kind from a version on.
     *
     * @param namespace {@code ""} for all
     * @param selector null for every object
     */
    public <T extends HasMetadata> Watch<T> watch(
            ResourceType<T> type,
            String namespace,
            @Nullable Predicate<T> selector,
            long fromVersion,
            LongSupplier latencyNanos,
            WatchListener<T> listener) {
        return watch(type, namespace, selector, fromVersion, latencyNanos, listener, false);
    }

    /**
     * Watches a kind from a version on, and hears of changes without latency within the change itself: for whoever brings
     * them to clients by a real network, which is late by itself.
     */
    public <T extends HasMetadata> Watch<T> watchAtOnce(
            ResourceType<T> type,
            String namespace,
            @Nullable Predicate<T> selector,
            long fromVersion,
            LongSupplier latencyNanos,
            WatchListener<T> listener) {
        return watch(type, namespace, selector, fromVersion, latencyNanos, listener, true);
    }

    private <T extends HasMetadata> Watch<T> watch(
            ResourceType<T> type,
            String namespace,
            @Nullable Predicate<T> selector,
            long fromVersion,
            LongSupplier latencyNanos,
            WatchListener<T> listener,
            boolean atOnce) {
        Predicate<T> wanted = namespace.isEmpty()
                ? selector
                : object -> Metadata.namespace(object).equals(namespace) && (selector == null || selector.test(object));
        return store(type).watch(new Watch<>(type, loop, latencyNanos, wanted, listener, atOnce), fromVersion);
    }

    /** Ends a watch from the client's side. */
    public <T extends HasMetadata> void unwatch(ResourceType<T> type, Watch<T> watch) {
        watch.stop();
        store(type).end(watch);
    }
}
