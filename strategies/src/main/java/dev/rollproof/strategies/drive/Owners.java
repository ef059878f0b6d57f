// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.FieldOwners;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who owned the fields of a rollout's objects ({@code metadata.managedFields}) when it began, and who would own those of its
 * Deployment had the new version been applied at once. While it is under way, the driver owns what it writes; what it wrote
 * last and no longer needs goes to those, so that it stands in nobody's way who applies next. Pure.
 *
 * @param before by object, such as {@code Deployment/clock}; only of what manifests say, which are not their statuses
 * @param after of the Deployment that keeps the state
 */
record Owners(Map<String, List<Map<String, Object>>> before, List<Map<String, Object>> after) {
    /** In whose name the driver writes. */
    static final String MANAGER = "rollproof-driver";

    private static final List<String> IDENTITY = List.of("manager", "operation", "subresource");

    static Owners nobody() {
        return new Owners(Map.of(), List.of());
    }

    /**
     * @param keeper the Deployment that is to keep the state, as it is
     * @param wanted the same, as the server says that it would be had the new version been applied
     */
    static Owners of(HasMetadata keeper, HasMetadata wanted, List<? extends HasMetadata> others) {
        Map<String, List<Map<String, Object>>> before = new LinkedHashMap<>();
        before.put(name(keeper), ofManifest(keeper));
        others.forEach(other -> before.put(name(other), ofManifest(other)));
        return new Owners(before, ofManifest(wanted));
    }

    private static String name(HasMetadata object) {
        return name(Observed.metadata(object).ref());
    }

    private static String name(ObjectRef ref) {
        return ref.kind() + "/" + ref.name();
    }

    private static List<Map<String, Object>> ofManifest(HasMetadata object) {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (Map<String, Object> entry : entries(object)) {
            FieldPaths said = fields(entry).where(Owners::isSaidByManifests);
            if (!said.isEmpty()) {
                entries.add(with(entry, said));
            }
        }
        return entries;
    }

    private static boolean isSaidByManifests(List<String> path) {
        boolean described = path.size() > 2
                && path.get(0).equals("f:metadata")
                && List.of("f:labels", "f:annotations").contains(path.get(1))
                && !path.get(2).startsWith("f:" + Keeper.PREFIX);
        return described || path.get(0).equals("f:spec");
    }

    private static List<Map<String, Object>> entries(HasMetadata object) {
        List<ManagedFieldsEntry> entries = object.getMetadata().getManagedFields();
        return entries == null
                ? List.of()
                : entries.stream().map(Models::toTree).toList();
    }

    private static FieldPaths fields(Map<String, Object> entry) {
        return FieldPaths.of(entry.get("fieldsV1") instanceof Map<?, ?> tree ? tree : Map.of());
    }

    private static Map<String, Object> with(Map<String, Object> entry, FieldPaths fields) {
        Map<String, Object> changed = new LinkedHashMap<>(entry);
        changed.remove("time");
        changed.put("fieldsV1", fields.tree());
        return changed;
    }

    /**
     * The entries of an object that is as it was: each field that the driver owns goes to those who owned it. Where an earlier
     * template is there again, what nobody owned of it goes to whoever applies.
     */
    Optional<List<Map<String, Object>>> givenBack(HasMetadata object) {
        return handedOver(object, before.getOrDefault(name(object), List.of()));
    }

    /** The entries of the Deployment that has the new version: what the driver owns goes to those who would have applied it. */
    Optional<List<Map<String, Object>>> applied(HasMetadata keeper) {
        return handedOver(keeper, after);
    }

    private static Optional<List<Map<String, Object>>> handedOver(HasMetadata object, List<Map<String, Object>> heirs) {
        List<Map<String, Object>> entries = new ArrayList<>(entries(object));
        Optional<Map<String, Object>> ours =
                entries.stream().filter(Owners::isDrivers).findFirst();
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        entries.remove(ours.get());
        FieldPaths given = fields(ours.get());
        FieldPaths left = given.where(path -> path.size() > 1 && path.get(1).equals("f:template"));
        for (Map<String, Object> heir : heirs) {
            FieldPaths gain = fields(heir).and(given);
            left = left.where(path -> !gain.paths().contains(path));
            if (gain.isEmpty()) {
                continue;
            }
            Optional<Map<String, Object>> known =
                    entries.stream().filter(entry -> isSame(entry, heir)).findFirst();
            known.ifPresent(entries::remove);
            entries.add(with(heir, known.map(Owners::fields).map(gain::plus).orElse(gain)));
        }
        if (left.isEmpty()) {
            return Optional.of(entries);
        }
        entries.add(with(ours.get(), left));
        return FieldOwners.handedOver(entries, MANAGER);
    }

    private static boolean isDrivers(Map<String, Object> entry) {
        return MANAGER.equals(entry.get("manager"))
                && "Update".equals(entry.get("operation"))
                && entry.get("subresource") == null;
    }

    private static boolean isSame(Map<String, Object> entry, Map<String, Object> other) {
        return IDENTITY.stream().allMatch(key -> Objects.equals(entry.get(key), other.get(key)));
    }

    Map<String, Object> script() {
        return Map.of("before", before, "after", after);
    }

    /** Reads what was kept; of nobody where nothing was. */
    @SuppressWarnings("unchecked")
    static Owners from(Optional<Object> script) {
        return script.filter(Map.class::isInstance)
                .map(tree -> new Owners(
                        (Map<String, List<Map<String, Object>>>)
                                Objects.requireNonNull(((Map<?, ?>) tree).get("before")),
                        (List<Map<String, Object>>) Objects.requireNonNull(((Map<?, ?>) tree).get("after"))))
                .orElseGet(Owners::nobody);
    }
}
