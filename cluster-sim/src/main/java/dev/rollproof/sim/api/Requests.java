// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.defaulting.DaemonSetDefaults;
import dev.rollproof.sim.api.defaulting.Defaults;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.JsonPatch;
import dev.rollproof.sim.api.patch.MergePatch;
import dev.rollproof.sim.api.patch.Ownership;
import dev.rollproof.sim.api.patch.OwnershipEntries;
import dev.rollproof.sim.api.validation.FieldErrors;
import dev.rollproof.sim.api.validation.FieldValidation;
import dev.rollproof.sim.api.validation.Quantities;
import dev.rollproof.sim.api.validation.UnknownFields;
import dev.rollproof.sim.api.validation.Validation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients ask for: objects get their defaults and are validated before they are stored, patches and server-side apply
 * are worked out, and it is kept who owns which field, which they are told with each object. Controllers, whose objects are complete and valid, write through
 * {@link ApiServer} itself. Not thread-safe: callers hold the simulation's lock. Objects that come in must be private copies.
 */
public final class Requests {
    private final ApiServer api;
    private final int minor;
    private final Addresses addresses;
    private final ManagedFields managed = new ManagedFields();
    private final StatusOwners statusOwners = new StatusOwners();
    private @Nullable Entry entry;
    private final BiConsumer<HasMetadata, FieldErrors> alsoValidates;

    /**
     * @param minor the minor version of Kubernetes whose rules and texts are played, such as 37
     * @param alsoValidates what is to be refused beside what Kubernetes refuses
     */
    public Requests(ApiServer api, int minor, BiConsumer<HasMetadata, FieldErrors> alsoValidates) {
        this.api = api;
        this.minor = minor;
        this.alsoValidates = alsoValidates;
        this.addresses = new Addresses(api);
        api.onChange(event -> {
            if (event.type() == Change.Type.DELETED) {
                managed.forget(event.object());
                statusOwners.forget(event.object());
            } else if (entry != null) {
                entry.afterStoring(event.object());
            }
        });
    }

    /**
     * What a write enters about who owns which field. It does so within the write, before watches are told: they tell the owners, too.
     */
    private static final class Entry {
        private final Class<?> kind;
        private final Consumer<HasMetadata> entering;
        private boolean done;

        Entry(HasMetadata manifest, Consumer<HasMetadata> entering) {
            this.kind = manifest.getClass();
            this.entering = entering;
        }

        /** A write may store others first, such as the quotas that it uses up. */
        void afterStoring(HasMetadata object) {
            if (!done && object.getClass() == kind) {
                done = true;
                entering.accept(object);
            }
        }
    }

    private <T extends HasMetadata> T entering(T manifest, Consumer<HasMetadata> entering, Supplier<T> write) {
        entry = new Entry(manifest, entering);
        try {
            return write.get();
        } finally {
            entry = null;
        }
    }

    /** A stored object as lists and watches tell it, with who owns its fields: not a copy, and frozen like it. */
    public <T extends HasMetadata> T listed(ResourceType<T> type, T stored) {
        T told = type.shallowCopy().apply(stored);
        told.setMetadata(OwnedMetadata.of(stored.getMetadata(), entries(stored, managed.asOfNow(stored))));
        return told;
    }

    /** A copy for a client, with who owns its fields. */
    public <T extends HasMetadata> T shown(T stored) {
        return shown(stored, managed.asOfNow(stored));
    }

    private <T extends HasMetadata> T shown(T stored, Supplier<Ownership> ownership) {
        T copy = Models.copy(stored);
        copy.setMetadata(OwnedMetadata.of(copy.getMetadata(), entries(stored, ownership)));
        return copy;
    }

    private Supplier<List<ManagedFieldsEntry>> entries(HasMetadata stored, Supplier<Ownership> ownership) {
        String apiVersion = stored.getApiVersion();
        return statusOwners.added(() -> OwnershipEntries.of(ownership.get(), apiVersion), stored);
    }

    public <T extends HasMetadata> T create(ResourceType<T> type, T manifest, WriteOptions options) {
        return create(type, manifest, options, FieldValidation.strict());
    }

    /** @param fields what to do with unknown ones */
    public <T extends HasMetadata> T create(
            ResourceType<T> type, T manifest, WriteOptions options, FieldValidation fields) {
        return create(type, manifest, options, fields, false);
    }

    private <T extends HasMetadata> T create(
            ResourceType<T> type, T manifest, WriteOptions options, FieldValidation fields, boolean applied) {
        place(type, manifest);
        refuseUnknownFields(type, manifest, fields);
        String version = manifest.getMetadata().getResourceVersion();
        if (version != null && !version.isEmpty()) {
            throw new ClusterException(Reason.UNKNOWN, "resourceVersion should not be set on objects to be created");
        }
        FieldSet said = FieldSet.of(Models.toTree(manifest));
        EmptySpecs.complete(manifest);
        InitialStatus.setOn(manifest);
        Defaults.setOn(manifest, minor);
        if (manifest instanceof DaemonSet set) {
            DaemonSetDefaults.countTemplates(set, null);
        }
        FieldErrors errors = Validation.ofNew(manifest, minor);
        alsoValidates.accept(manifest, errors);
        errors.throwIfAny(type.kind(), type.group(), manifest.getMetadata().getName());
        if (manifest instanceof Service service) {
            addresses.allocate(service, null);
        }
        if (options.dryRun()) {
            return Models.copy(api.insert(type, manifest, true));
        }
        return shown(entering(
                manifest,
                created -> managed.created(created, said, options.fieldManager(), applied),
                () -> api.insert(type, manifest, false)));
    }

    private static <T extends HasMetadata> void place(ResourceType<T> type, T manifest) {
        manifest.getMetadata().setManagedFields(null);
        if (!type.namespaced()) {
            manifest.getMetadata().setNamespace(null);
        } else if (manifest.getMetadata().getNamespace() == null) {
            manifest.getMetadata().setNamespace("default");
        }
    }

    private static void refuseUnreadable(ResourceType<?> type, HasMetadata manifest) {
        Optional<String> unreadable = Quantities.unreadableIn(manifest);
        if (unreadable.isPresent()) {
            throw unhandled(type, unreadable.get(), null);
        }
    }

    private static void refuseUnknownFields(ResourceType<?> type, HasMetadata manifest, FieldValidation fields) {
        refuseUnreadable(type, manifest);
        List<String> unknown = fields.refusedIn(manifest);
        if (!unknown.isEmpty()) {
            throw unhandled(type, strictly(unknown), null);
        }
    }

    private static ClusterException unhandled(ResourceType<?> type, String why, @Nullable Throwable cause) {
        return new ClusterException(
                Reason.BAD_REQUEST,
                type.kind() + " in version \"" + type.version() + "\" cannot be handled as a " + type.kind() + ": "
                        + why,
                List.of(),
                cause);
    }

    private static String strictly(List<String> unknown) {
        return "strict decoding error: unknown field \"" + String.join("\", unknown field \"", unknown) + "\"";
    }

    public <T extends HasMetadata> T replace(ResourceType<T> type, T manifest, WriteOptions options) {
        return replace(type, manifest, options, FieldValidation.strict());
    }

    /** @param fields what to do with unknown ones */
    public <T extends HasMetadata> T replace(
            ResourceType<T> type, T manifest, WriteOptions options, FieldValidation fields) {
        List<ManagedFieldsEntry> said = manifest.getMetadata().getManagedFields();
        place(type, manifest);
        refuseUnknownFields(type, manifest, fields);
        T stored = api.get(
                type, Metadata.namespace(manifest), manifest.getMetadata().getName());
        requireVersion(type, manifest);
        return written(type, manifest, stored, said, options);
    }

    /** Budgets are written by many, so that whoever replaces one has to say which he has seen. */
    private static void requireVersion(ResourceType<?> type, HasMetadata manifest) {
        String version = manifest.getMetadata().getResourceVersion();
        if (type.equals(ResourceType.POD_DISRUPTION_BUDGETS) && (version == null || version.isEmpty())) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("metadata.resourceVersion", 0, "must be specified for an update");
            errors.throwIfAny(type.kind(), type.group(), manifest.getMetadata().getName());
        }
    }

    /**
     * Stores what is not the same, and enters who owns it then.
     *
     * @param said who owns which field, as the client would have it; null or empty to leave that as it is
     */
    private <T extends HasMetadata> T written(
            ResourceType<T> type, T changed, T stored, @Nullable List<ManagedFieldsEntry> said, WriteOptions options) {
        if (said != null && !said.isEmpty()) {
            Ownership given = OwnershipEntries.read(said);
            if (!given.equals(managed.of(stored))) {
                return givenAway(type, changed, stored, given, options);
            }
        }
        T written = entering(
                changed,
                after -> managed.changed(stored, after, options.fieldManager()),
                () -> unlessSame(type, changed, stored, options));
        return options.dryRun()
                ? shown(written, managed.asIf(stored, written, options.fieldManager()))
                : shown(written);
    }

    private <T extends HasMetadata> T givenAway(
            ResourceType<T> type, T changed, T stored, Ownership given, WriteOptions options) {
        Function<HasMetadata, Ownership> owners =
                after -> given.update(Models.toTree(stored), Models.toTree(after), options.fieldManager());
        T written = entering(
                changed,
                after -> managed.set(after, owners.apply(after)),
                () -> update(type, changed, stored, options));
        return options.dryRun() ? shown(written, () -> owners.apply(written)) : shown(written);
    }

    /** Defaults, validates and stores an object that is to take the place of another. */
    private <T extends HasMetadata> T update(ResourceType<T> type, T manifest, T stored, WriteOptions options) {
        EmptySpecs.completeForUpdate(manifest);
        Defaults.setOn(manifest, minor);
        if (manifest instanceof DaemonSet now && stored instanceof DaemonSet before) {
            DaemonSetDefaults.countTemplates(now, before);
        }
        if (manifest instanceof Service service) {
            addresses.allocate(service, (Service) stored);
        }
        String uid = manifest.getMetadata().getUid();
        if (uid != null && !uid.equals(stored.getMetadata().getUid())) {
            throw new ClusterException(
                    Reason.CONFLICT,
                    "Operation cannot be fulfilled on " + type.resource() + " \""
                            + manifest.getMetadata().getName() + "\": Precondition failed: UID in precondition: " + uid
                            + ", UID in object meta: " + stored.getMetadata().getUid());
        }
        FieldErrors errors = Validation.ofUpdate(manifest, stored, minor);
        alsoValidates.accept(manifest, errors);
        errors.throwIfAny(type.kind(), type.group(), manifest.getMetadata().getName());
        return api.overwrite(type, manifest, options.dryRun());
    }

    public <T extends HasMetadata> T replaceStatus(ResourceType<T> type, T manifest, WriteOptions options) {
        place(type, manifest);
        refuseUnreadable(type, manifest);
        T stored = api.get(
                type, Metadata.namespace(manifest), manifest.getMetadata().getName());
        T checked = api.overwriteStatus(type, manifest, true);
        if (same(type, checked, stored)) {
            return shown(stored);
        }
        return shown(options.dryRun() ? checked : api.overwriteStatus(type, manifest, false));
    }

    /** Server-side apply: creates the object, or merges what the manifest says into it. */
    public <T extends HasMetadata> T apply(ResourceType<T> type, T manifest, WriteOptions options) {
        String name = checkApplied(type, manifest);
        T stored = api.find(type, Metadata.namespace(manifest), name);
        if (stored == null) {
            return create(type, manifest, options, FieldValidation.strict(), true);
        }
        Map<String, Object> configuration = Models.toTree(manifest);
        configuration.remove("status");
        Ownership.Applied applied =
                managed.of(stored).apply(Models.toTree(stored), configuration, options.fieldManager(), options.force());
        T merged = model(type, applied.tree());
        merged.getMetadata().setResourceVersion(manifest.getMetadata().getResourceVersion());
        // Who owns something else than before has changed the object, also where its fields are the same.
        boolean sameOwners = applied.ownership().equals(managed.of(stored));
        T written = entering(
                merged,
                after -> managed.set(after, applied.ownership()),
                () -> sameOwners ? unlessSame(type, merged, stored, options) : update(type, merged, stored, options));
        return shown(written, applied::ownership);
    }

    /** What cannot be applied is refused; the name of what can. */
    private static <T extends HasMetadata> String checkApplied(ResourceType<T> type, T manifest) {
        place(type, manifest);
        String name = manifest.getMetadata().getName();
        if (name == null || name.isEmpty()) {
            throw new ClusterException(Reason.BAD_REQUEST, "metadata.name is required for server-side apply");
        }
        List<String> unknown = UnknownFields.of(manifest);
        if (!unknown.isEmpty()) {
            throw new ClusterException(
                    Reason.INTERNAL_ERROR,
                    "failed to create typed patch object (" + Metadata.namespace(manifest) + "/" + name + "; "
                            + type.apiVersion() + ", Kind=" + type.kind() + "): ." + unknown.get(0)
                            + ": field not declared in schema");
        }
        Optional<String> unreadable = Quantities.unreadableIn(manifest);
        if (unreadable.isPresent()) {
            throw new ClusterException(
                    Reason.INTERNAL_ERROR,
                    "failed to convert new object (" + Metadata.namespace(manifest) + "/" + name + "; "
                            + type.apiVersion() + ", Kind=" + type.kind()
                            + ") to proper version: unable to convert unstructured object to " + type.apiVersion()
                            + ", Kind=" + type.kind() + ": " + unreadable.get());
        }
        return name;
    }

    /** Server-side apply of a status, and of nothing else; fails with NotFound where the object is not there. */
    public <T extends HasMetadata> T applyStatus(ResourceType<T> type, T manifest, WriteOptions options) {
        String name = checkApplied(type, manifest);
        T stored = api.get(type, Metadata.namespace(manifest), name);
        Map<String, Object> configuration = Models.toTree(manifest);
        configuration.keySet().retainAll(Set.of("status"));
        Ownership.Applied applied = statusOwners
                .of(stored)
                .applyStatus(Models.toTree(stored), configuration, options.fieldManager(), options.force());
        T merged = model(type, applied.tree());
        merged.getMetadata().setResourceVersion(manifest.getMetadata().getResourceVersion());
        T checked = api.overwriteStatus(type, merged, true);
        if (applied.ownership().equals(statusOwners.of(stored)) && same(type, checked, stored)) {
            return shown(stored);
        }
        if (options.dryRun()) {
            return shown(checked, managed.asOfNow(stored));
        }
        statusOwners.set(stored, applied.ownership());
        return shown(api.overwriteStatus(type, merged, false));
    }

    /** A write that changes nothing is no write: no new version, no event. */
    private <T extends HasMetadata> T unlessSame(ResourceType<T> type, T changed, T stored, WriteOptions options) {
        T checked = update(type, changed, stored, options.withDryRun());
        if (same(type, checked, stored)) {
            return stored;
        }
        return options.dryRun() ? checked : api.overwrite(type, changed, false);
    }

    private static <T extends HasMetadata> boolean same(ResourceType<T> type, T changed, T stored) {
        T comparable = type.shallowCopy().apply(changed);
        comparable.setMetadata(Metadata.copy(changed.getMetadata()));
        comparable.getMetadata().setResourceVersion(stored.getMetadata().getResourceVersion());
        // An empty list and none are two specs to Java, and one to those who read it.
        comparable.getMetadata().setGeneration(stored.getMetadata().getGeneration());
        return Models.toTree(comparable).equals(Models.toTree(stored));
    }

    public <T extends HasMetadata> T patch(
            ResourceType<T> type, String namespace, String name, Patch patch, WriteOptions options) {
        return patch(type, namespace, name, patch, options, FieldValidation.strict());
    }

    /** @param unknownFields what to do with them */
    public <T extends HasMetadata> T patch(
            ResourceType<T> type,
            String namespace,
            String name,
            Patch patch,
            WriteOptions options,
            FieldValidation unknownFields) {
        T stored = api.get(type, namespace, name);
        T changed = patched(type, stored, patch, unknownFields);
        List<ManagedFieldsEntry> said = changed.getMetadata().getManagedFields();
        changed.getMetadata().setManagedFields(null);
        return written(type, changed, stored, said, options);
    }

    /** Patches the status of an object, and nothing else. */
    public <T extends HasMetadata> T patchStatus(
            ResourceType<T> type,
            String namespace,
            String name,
            Patch patch,
            WriteOptions options,
            FieldValidation unknownFields) {
        return replaceStatus(type, patched(type, api.get(type, namespace, name), patch, unknownFields), options);
    }

    /** The object as the patch makes it, with who owns its fields if the patch is about that; not stored. */
    private <T extends HasMetadata> T patched(
            ResourceType<T> type, T stored, Patch patch, FieldValidation unknownFields) {
        if (type.isCustom() && patch.type() == Patch.Type.STRATEGIC_MERGE) {
            throw new ClusterException(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "the body of the request was in an unknown format - accepted media types include:"
                            + " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }
        String namespace = Metadata.namespace(stored);
        String name = stored.getMetadata().getName();
        boolean aboutOwners = patch.body().contains("managedFields");
        Map<String, @Nullable Object> tree = new LinkedHashMap<>(Models.toTree(aboutOwners ? shown(stored) : stored));
        change(tree, patch);
        Object metadata = tree.get("metadata");
        boolean sameObject = metadata instanceof Map<?, ?> fields
                && Objects.equals(fields.get("name"), name)
                && (!type.namespaced() || Objects.equals(fields.get("namespace"), namespace));
        if (!sameObject) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "the name of the object (" + (metadata instanceof Map<?, ?> fields ? fields.get("name") : "")
                            + ") does not match the name on the URL (" + name + ")");
        }
        T changed = model(type, tree);
        refuseUnreadable(type, changed);
        List<String> unknown = unknownFields.refusedIn(changed);
        if (!unknown.isEmpty()) {
            FieldErrors errors = new FieldErrors();
            errors.invalid(
                    "patch",
                    patch.type() == Patch.Type.STRATEGIC_MERGE
                            ? GoText.ofMergedPatch(parse(patch.body()))
                            : patch.body(),
                    strictly(unknown));
            errors.throwIfAny("", "", "");
        }
        return changed;
    }

    /** Changes a tree, which may be of anything that can be patched, such as a Scale. */
    public static void change(Map<String, @Nullable Object> tree, Patch patch) {
        String body = patch.body().strip();
        switch (patch.type()) {
            case JSON -> {
                Object operations = parse("{\"operations\":" + body + "}").get("operations");
                if (!(operations instanceof List<?> list)) {
                    throw new ClusterException(Reason.BAD_REQUEST, "a JSON patch is a list of operations");
                }
                JsonPatch.apply(tree, list);
            }
            case MERGE -> MergePatch.merge(tree, parse(body));
            case STRATEGIC_MERGE -> MergePatch.strategic(tree, parse(body));
        }
    }

    private static Map<String, Object> parse(String json) {
        try {
            return Objects.requireNonNull(Models.parseJson(json));
        } catch (RuntimeException malformed) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "error decoding patch: "
                            + String.valueOf(malformed.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""),
                    List.of(),
                    malformed);
        }
    }

    /** The model of what a client sent; fails with BadRequest where it is misshapen. Unknown fields are kept apart in it. */
    public static <T extends HasMetadata> T model(ResourceType<T> type, Map<String, ? extends @Nullable Object> tree) {
        try {
            T model = Models.fromTree(tree, type.model());
            if (NullValues.anyIn(tree)) {
                NullValues.replaceIn(model);
            }
            return model;
        } catch (RuntimeException misshapen) {
            String why =
                    String.valueOf(misshapen.getMessage()).lines().findFirst().orElse("");
            throw unhandled(type, why, misshapen);
        }
    }

    /** Sets the replicas of what can be scaled, and nothing else. */
    public <T extends HasMetadata> T scale(
            ResourceType<T> type, String namespace, String name, int replicas, WriteOptions options) {
        return scale(type, namespace, name, replicas, null, options);
    }

    /** @param version what must be the stored one; null for any */
    public <T extends HasMetadata> T scale(
            ResourceType<T> type,
            String namespace,
            String name,
            int replicas,
            @Nullable String version,
            WriteOptions options) {
        if (!type.isScalable()) {
            throw new ClusterException(Reason.NOT_FOUND, "the server could not find the requested resource");
        }
        T stored = api.get(type, namespace, name);
        if (replicas < 0) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            errors.throwIfAny("Scale", "autoscaling", name);
        }
        Patch patch = Patch.merge("{\"spec\":{\"replicas\":" + replicas + "}}");
        Map<String, @Nullable Object> tree = new LinkedHashMap<>(Models.toTree(stored));
        change(tree, patch);
        T changed = model(type, tree);
        changed.getMetadata().setResourceVersion(version);
        return written(type, changed, stored, null, options);
    }

    public <T extends HasMetadata> T delete(
            ResourceType<T> type, String namespace, String name, DeleteOptions options) {
        return delete(type, namespace, name, options, false);
    }

    /** @param dryRun only say what would be left of it */
    public <T extends HasMetadata> T delete(
            ResourceType<T> type, String namespace, String name, DeleteOptions options, boolean dryRun) {
        return api.remove(type, namespace, name, options, dryRun);
    }
}
