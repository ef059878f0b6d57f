// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.defaulting.DaemonSetDefaults;
import dev.rollproof.sim.api.defaulting.Defaults;
import dev.rollproof.sim.api.patch.FieldManager;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.Ownership;
import dev.rollproof.sim.api.patch.OwnershipEntries;
import dev.rollproof.sim.api.services.Addresses;
import dev.rollproof.sim.api.validation.FieldErrors;
import dev.rollproof.sim.api.validation.FieldValidation;
import dev.rollproof.sim.api.validation.Validation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
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
    private final FieldOwners owners;
    private final ManagedFields managed;
    private final BiConsumer<HasMetadata, FieldErrors> alsoValidates;

    /**
     * @param minor the minor version of Kubernetes whose rules and texts are played, such as 37
     * @param alsoValidates what is to be refused beside what Kubernetes refuses
     */
    public Requests(ApiServer api, int minor, BiConsumer<HasMetadata, FieldErrors> alsoValidates) {
        this.api = api;
        this.minor = minor;
        this.alsoValidates = alsoValidates;
        this.addresses = new Addresses(() -> api.all(ResourceType.SERVICES, ""), minor);
        this.owners = new FieldOwners(api);
        this.managed = owners.managed;
    }

    /** A stored object as lists and watches tell it, with who owns its fields: not a copy, and frozen like it. */
    public <T extends HasMetadata> T listed(ResourceType<T> type, T stored) {
        return owners.listed(type, stored);
    }

    /** A copy for a client, with who owns its fields. */
    public <T extends HasMetadata> T shown(T stored) {
        return owners.shown(stored);
    }

    public <T extends HasMetadata> T create(ResourceType<T> type, T manifest, WriteOptions options) {
        return create(type, manifest, options, FieldValidation.strict());
    }

    /** @param fields what to do with unknown ones */
    public <T extends HasMetadata> T create(
            ResourceType<T> type, T manifest, WriteOptions options, FieldValidation fields) {
        return create(type, manifest, options, fields, null);
    }

    /** @param applied what is said by who applies; null for who creates in another way */
    private <T extends HasMetadata> T create(
            ResourceType<T> type,
            T manifest,
            WriteOptions options,
            FieldValidation fields,
            @Nullable FieldSet applied) {
        Decoding.place(type, manifest);
        Decoding.refuseUnknownFields(type, manifest, fields);
        fields.dropRepeatedOwners(manifest.getMetadata());
        String version = manifest.getMetadata().getResourceVersion();
        // What is no version is passed over.
        if (version != null && version.matches("\\d*[1-9]\\d*")) {
            throw new ClusterException(Reason.UNKNOWN, "resourceVersion should not be set on objects to be created");
        }
        EmptySpecs.complete(manifest);
        Defaults.setOn(manifest, minor);
        if (manifest instanceof DaemonSet set) {
            DaemonSetDefaults.countTemplates(set, null);
        }
        if (manifest instanceof Pod pod) {
            api.admit(pod);
        }
        if (manifest instanceof Service service) {
            addresses.allocate(service, null, options.dryRun());
        }
        FieldErrors errors = Validation.ofNew(manifest, minor);
        alsoValidates.accept(manifest, errors);
        errors.throwIfAny(type.kind(), type.group(), manifest.getMetadata().getName());
        if (options.dryRun()) {
            return Models.copy(api.insert(type, manifest, true));
        }
        return shown(owners.entering(
                manifest,
                created -> {
                    if (applied != null) {
                        managed.createdByApply(created, applied, options.fieldManager());
                    } else {
                        managed.created(created, options.fieldManager());
                    }
                },
                () -> api.insert(type, manifest, false)));
    }

    public <T extends HasMetadata> T replace(ResourceType<T> type, T manifest, WriteOptions options) {
        return replace(type, manifest, options, FieldValidation.strict());
    }

    /** @param fields what to do with unknown ones */
    public <T extends HasMetadata> T replace(
            ResourceType<T> type, T manifest, WriteOptions options, FieldValidation fields) {
        List<ManagedFieldsEntry> said = manifest.getMetadata().getManagedFields();
        Decoding.place(type, manifest);
        Decoding.refuseUnknownFields(type, manifest, fields);
        fields.dropRepeatedOwners(manifest.getMetadata());
        String name = manifest.getMetadata().getName();
        if (type.createsOnUpdate() && api.find(type, Metadata.namespace(manifest), name) == null) {
            return create(type, manifest, options, fields);
        }
        T stored = api.get(type, Metadata.namespace(manifest), name);
        if (!type.allowsUnconditionalUpdate()) {
            requireVersion(type, manifest);
        }
        return written(type, manifest, stored, said, FieldManager.of(options.fieldManager()), options);
    }

    /** Whoever replaces it has to say which version he has seen. */
    private static void requireVersion(ResourceType<?> type, HasMetadata manifest) {
        String version = manifest.getMetadata().getResourceVersion();
        if (version == null || version.isEmpty()) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("metadata.resourceVersion", 0, "must be specified for an update");
            errors.throwIfAny(type.kind(), type.group(), manifest.getMetadata().getName());
        }
    }

    /**
     * Stores what is not the same, and enters who owns it then.
     *
     * @param said who owns which field, as the client would have it; null or empty to leave that as it is
     * @param manager who owns what is changed
     */
    private <T extends HasMetadata> T written(
            ResourceType<T> type,
            T changed,
            T stored,
            @Nullable List<ManagedFieldsEntry> said,
            FieldManager manager,
            WriteOptions options) {
        if (said != null && !said.isEmpty()) {
            // Of components nothing is kept, nor of the status: both are worked out of the object.
            Ownership given = ComponentOwners.clients(OwnershipEntries.read(said.stream()
                    .filter(entry -> !"status".equals(entry.getSubresource()))
                    .toList()));
            if (!given.equals(managed.of(stored))) {
                return givenAway(type, changed, stored, given, manager, options);
            }
        }
        String at = timeOf(manager);
        T written = owners.entering(
                changed,
                after -> managed.changed(stored, after, manager, at),
                () -> unlessSame(type, changed, stored, options));
        return options.dryRun() ? owners.shown(written, managed.asIf(stored, written, manager, at)) : shown(written);
    }

    /** Now; null for who scales: with another kind of its own, the server loses when that was. */
    private @Nullable String timeOf(FieldManager manager) {
        return manager.subresource().equals("scale") ? null : api.timestamps().now();
    }

    private <T extends HasMetadata> T givenAway(
            ResourceType<T> type, T changed, T stored, Ownership given, FieldManager manager, WriteOptions options) {
        String at = timeOf(manager);
        Function<HasMetadata, Ownership> then =
                after -> given.update((Map<?, ?>) Models.opened(stored), (Map<?, ?>) Models.opened(after), manager, at);
        T written = owners.entering(
                changed,
                after -> managed.set(after, then.apply(after)),
                () -> given.isSameButForTimes(managed.of(stored))
                        ? unlessSame(type, changed, stored, options)
                        : update(type, changed, stored, options));
        return options.dryRun() && written != stored
                ? owners.shown(written, () -> then.apply(written))
                : shown(written);
    }

    /** Defaults, validates and stores an object that is to take the place of another. */
    private <T extends HasMetadata> T update(ResourceType<T> type, T manifest, T stored, WriteOptions options) {
        // Who has seen another version is told that, whatever is wrong with what he made of it.
        api.checkVersion(type, manifest, stored);
        // Of a patch that was about metadata nothing else needs a look.
        boolean sameContents = !(manifest instanceof Namespace) && Frozen.shareAllButMetadata(manifest, stored);
        if (!sameContents) {
            complete(manifest, stored, options);
        }
        String uid = manifest.getMetadata().getUid();
        if (uid != null && !uid.equals(stored.getMetadata().getUid())) {
            throw new ClusterException(
                    Reason.CONFLICT,
                    "Operation cannot be fulfilled on " + type.resource() + " \""
                            + manifest.getMetadata().getName() + "\": Precondition failed: UID in precondition: " + uid
                            + ", UID in object meta: " + stored.getMetadata().getUid());
        }
        FieldErrors errors = sameContents
                ? Validation.ofNewMetadata(manifest.getMetadata(), stored.getMetadata(), minor)
                : Validation.ofUpdate(manifest, stored, minor);
        if (!sameContents) {
            alsoValidates.accept(manifest, errors);
        }
        errors.throwIfAny(type.kind(), type.group(), manifest.getMetadata().getName());
        return api.overwrite(type, manifest, sameSpec(type, manifest, stored), options.dryRun());
    }

    private <T extends HasMetadata> void complete(T manifest, T stored, WriteOptions options) {
        EmptySpecs.completeForUpdate(manifest);
        Defaults.setOn(manifest, minor);
        if (manifest instanceof DaemonSet now && stored instanceof DaemonSet before) {
            DaemonSetDefaults.countTemplates(now, before);
        }
        if (manifest instanceof Service service) {
            addresses.allocate(service, (Service) stored, options.dryRun());
        }
    }

    public <T extends HasMetadata> T replaceStatus(ResourceType<T> type, T manifest, WriteOptions options) {
        Decoding.place(type, manifest);
        Decoding.readQuantities(type, manifest);
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
        Map<String, Object> configuration = Decoding.checkApplied(type, manifest);
        String name = manifest.getMetadata().getName();
        T stored = api.find(type, Metadata.namespace(manifest), name);
        if (stored == null) {
            String uid = manifest.getMetadata().getUid();
            if (uid != null && !uid.isEmpty()) {
                throw new ClusterException(
                        Reason.CONFLICT,
                        "Operation cannot be fulfilled on " + type.resource() + " \"" + name
                                + "\": uid mismatch: the provided object specified uid " + uid
                                + ", and no existing object was found");
            }
            manifest.getMetadata().setResourceVersion(null);
            FieldSet said = FieldSet.of(configuration);
            return create(type, manifest, options, FieldValidation.strict(), said);
        }
        Metadata.checkUid(type, manifest, stored);
        configuration.remove("status");
        Ownership.Applied applied = owners.of(stored)
                .apply(
                        Models.toTree(stored),
                        configuration,
                        options.fieldManager(),
                        options.force(),
                        api.timestamps().now());
        T merged = Decoding.model(type, applied.tree());
        merged.getMetadata().setResourceVersion(manifest.getMetadata().getResourceVersion());
        return applied(type, merged, stored, applied.ownership(), options);
    }

    /** What is stored after server-side apply, and shown with its owners. */
    private <T extends HasMetadata> T applied(
            ResourceType<T> type, T changed, T stored, Ownership owned, WriteOptions options) {
        Ownership after = ComponentOwners.clients(owned);
        // Who owns something else than before has changed the object, also where its fields are the same.
        boolean sameOwners = after.isSameButForTimes(managed.of(stored));
        T written = owners.entering(
                changed,
                now -> managed.set(now, after),
                () -> sameOwners ? unlessSame(type, changed, stored, options) : update(type, changed, stored, options));
        return written == stored ? shown(stored) : owners.shown(written, () -> after);
    }

    /** Server-side apply of a status, and of nothing else; fails with NotFound where the object is not there. */
    public <T extends HasMetadata> T applyStatus(ResourceType<T> type, T manifest, WriteOptions options) {
        Map<String, Object> configuration = Decoding.checkApplied(type, manifest);
        T stored = api.get(
                type, Metadata.namespace(manifest), manifest.getMetadata().getName());
        configuration.keySet().retainAll(Set.of("status"));
        Ownership.Applied applied = owners.ofStatus(stored)
                .applyStatus(
                        Models.toTree(stored),
                        configuration,
                        options.fieldManager(),
                        options.force(),
                        api.timestamps().now());
        Ownership after = ComponentOwners.clients(applied.ownership());
        T merged = Decoding.model(type, applied.tree());
        merged.getMetadata().setResourceVersion(manifest.getMetadata().getResourceVersion());
        T checked = api.overwriteStatus(type, merged, true);
        if (after.isSameButForTimes(owners.status.of(stored)) && same(type, checked, stored)) {
            return shown(stored);
        }
        if (options.dryRun()) {
            return owners.shown(checked, managed.asOfNow(stored));
        }
        return shown(owners.entering(
                merged, now -> owners.status.set(now, after), () -> api.overwriteStatus(type, merged, false)));
    }

    /** A write that changes nothing is no write: no new version, no event. */
    private <T extends HasMetadata> T unlessSame(ResourceType<T> type, T changed, T stored, WriteOptions options) {
        T checked = update(type, changed, stored, options.withDryRun());
        if (same(type, checked, stored)) {
            return stored;
        }
        return options.dryRun() ? checked : api.overwrite(type, changed, sameSpec(type, changed, stored), false);
    }

    /** An empty list and none are two specs to Java, and one to those who read it: no new generation. */
    private static <T extends HasMetadata> boolean sameSpec(ResourceType<T> type, T changed, T stored) {
        Object spec = type.spec().apply(changed);
        Object before = type.spec().apply(stored);
        return isSameRead(spec, before);
    }

    private static boolean isSameRead(@Nullable Object spec, @Nullable Object before) {
        if (spec == null || spec.equals(before)) {
            return true;
        }
        if (spec instanceof List<?> parts
                && before instanceof List<?> partsBefore
                && parts.size() == partsBefore.size()) {
            for (int i = 0; i < parts.size(); i++) {
                if (!isSameRead(parts.get(i), partsBefore.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return asRead(spec).equals(asRead(before));
    }

    /** The parts of what counts for the generation, as trees, in which nothing is empty. */
    private static Object asRead(@Nullable Object spec) {
        if (spec instanceof Optional<?> part) {
            return asRead(part.orElse(null));
        }
        if (spec instanceof List<?> parts) {
            return parts.stream().map(Requests::asRead).toList();
        }
        return spec == null ? List.of() : spec instanceof KubernetesResource part ? Models.toTree(part) : spec;
    }

    private static <T extends HasMetadata> boolean same(ResourceType<T> type, T changed, T stored) {
        T comparable = type.shallowCopy().apply(changed);
        comparable.setMetadata(Metadata.copy(changed.getMetadata()));
        comparable.getMetadata().setResourceVersion(stored.getMetadata().getResourceVersion());
        return Models.haveSameTree(comparable, stored);
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
        T before = Patching.isAboutOwners(patch) ? shown(stored) : stored;
        T changed = Patching.patched(type, before, patch, unknownFields);
        List<ManagedFieldsEntry> said = changed.getMetadata().getManagedFields();
        changed.getMetadata().setManagedFields(null);
        return written(type, changed, stored, said, FieldManager.of(options.fieldManager()), options);
    }

    /** Patches the status of an object, and nothing else. */
    public <T extends HasMetadata> T patchStatus(
            ResourceType<T> type,
            String namespace,
            String name,
            Patch patch,
            WriteOptions options,
            FieldValidation unknownFields) {
        return replaceStatus(
                type, Patching.patched(type, api.get(type, namespace, name), patch, unknownFields), options);
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
        T changed = scaled(type, stored, replicas, version);
        return written(type, changed, stored, null, new FieldManager(options.fieldManager(), "scale"), options);
    }

    private static <T extends HasMetadata> T scaled(
            ResourceType<T> type, T stored, int replicas, @Nullable String version) {
        if (replicas < 0) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            errors.throwIfAny("Scale", "autoscaling", stored.getMetadata().getName());
        }
        Patch patch = Patch.merge("{\"spec\":{\"replicas\":" + replicas + "}}");
        T changed = Patching.patched(type, stored, patch, FieldValidation.strict());
        changed.getMetadata().setResourceVersion(version);
        return changed;
    }

    /**
     * Server-side apply of what the subresource {@code scale} shows.
     *
     * @param replicas null where the manifest says nothing of them
     * @param version what must be the stored one; null for any
     */
    public <T extends HasMetadata> T applyScale(
            ResourceType<T> type,
            String namespace,
            String name,
            @Nullable Integer replicas,
            @Nullable String version,
            WriteOptions options) {
        T stored = api.get(type, namespace, name);
        Map<String, Object> said = replicas == null ? Map.of() : Map.of("spec", Map.of("replicas", replicas));
        FieldManager manager = new FieldManager(options.fieldManager(), "scale");
        Ownership.Applied applied =
                owners.of(stored).apply(Models.toTree(stored), said, manager, "autoscaling/v1", options.force());
        // To a Scale, no replicas are 0, whatever the object's own default is.
        int wanted =
                applied.tree().get("spec") instanceof Map<?, ?> spec && spec.get("replicas") instanceof Number number
                        ? number.intValue()
                        : 0;
        return applied(type, scaled(type, stored, wanted, version), stored, applied.ownership(), options);
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
