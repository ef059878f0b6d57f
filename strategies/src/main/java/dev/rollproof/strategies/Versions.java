// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.strategies.drive.Annotations;
import dev.rollproof.strategies.drive.BackTo;
import dev.rollproof.strategies.drive.Side;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A Deployment as it was before a rollout, and as the server says that it would be after; without anything that a cluster
 * adds to tell objects apart. Neither model may be changed.
 *
 * @param backTo what the old version's Deployment goes back to, where a rollback was asked for
 */
record Versions(Deployment before, Deployment after, Optional<BackTo> backTo) {
    /** The sizes are the strategy's to decide, and a selector cannot be changed. */
    private static final Set<String> NOT_OURS = Set.of("replicas", "selector");

    static Versions of(Deployment before, Deployment after) {
        return new Versions(bare(before), bare(after), Optional.empty());
    }

    Versions with(Optional<BackTo> to) {
        return new Versions(before, after, to);
    }

    private static Deployment bare(Deployment model) {
        Deployment bare = Models.copy(model);
        bare.setStatus(null);
        var metadata = bare.getMetadata();
        metadata.setManagedFields(null);
        metadata.setResourceVersion(null);
        metadata.setUid(null);
        metadata.setGeneration(null);
        metadata.setCreationTimestamp(null);
        metadata.setSelfLink(null);
        Map<String, String> annotations = new TreeMap<>();
        if (metadata.getAnnotations() != null) {
            annotations.putAll(metadata.getAnnotations());
        }
        annotations
                .keySet()
                .removeIf(name -> name.startsWith("deployment.kubernetes.io/")
                        || name.startsWith("rollproof.dev/")
                        || name.equals("kubectl.kubernetes.io/last-applied-configuration"));
        metadata.setAnnotations(annotations);
        return bare;
    }

    ObjectRef ref() {
        return new ObjectRef(
                "Deployment",
                before.getMetadata().getNamespace(),
                before.getMetadata().getName());
    }

    ObservedDeployment observedBefore() {
        return Observed.from(before);
    }

    ObservedDeployment observedAfter() {
        return Observed.from(after);
    }

    PodTemplate templateBefore() {
        return observedBefore().template();
    }

    PodTemplate templateAfter() {
        return observedAfter().template();
    }

    boolean sameTemplate() {
        return templateBefore().equals(templateAfter());
    }

    int replicasBefore() {
        return observedBefore().replicas();
    }

    int replicasAfter() {
        return observedAfter().replicas();
    }

    /** The fields that make the old version the new one, but for the size. */
    Map<String, @Nullable Object> forward() {
        return difference(before, after);
    }

    /** The template that it turns back to: the old one, or an earlier one that was seen complete. */
    PodTemplate templateBack() {
        return backTo.flatMap(BackTo::template).orElseGet(this::templateBefore);
    }

    /** The fields that make what there is the version to turn back to, but for the size. */
    Map<String, @Nullable Object> back(Side there) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (!there.has(templateBefore()) || backTo.isEmpty()) {
            fields.putAll(difference(after, before));
        }
        backTo.ifPresent(to -> fields.putAll(to.fields()));
        return fields;
    }

    private static Map<String, @Nullable Object> difference(Deployment from, Deployment to) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Map<String, Object> was = Models.toTree(from.getSpec());
        Map<String, Object> is = Models.toTree(to.getSpec());
        Set<String> names = new TreeSet<>(was.keySet());
        names.addAll(is.keySet());
        names.removeAll(NOT_OURS);
        for (String name : names) {
            if (!Objects.equals(was.get(name), is.get(name))) {
                fields.put("/spec/" + name, is.get(name));
            }
        }
        Map<String, String> labels = orEmpty(to.getMetadata().getLabels());
        if (!labels.equals(orEmpty(from.getMetadata().getLabels()))) {
            fields.put("/metadata/labels", labels);
        }
        fields.putAll(Annotations.difference(from, to));
        return fields;
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> labels) {
        return labels == null ? Map.of() : labels;
    }

    /** As plain trees, to be kept. */
    Map<String, Object> script() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("before", Models.toTree(before));
        tree.put("after", Models.toTree(after));
        backTo.ifPresent(to -> tree.put("backTo", to.script()));
        return tree;
    }

    @SuppressWarnings("unchecked")
    static Versions from(Map<String, ?> script) {
        return new Versions(
                Models.fromTree((Map<String, ?>) Objects.requireNonNull(script.get("before")), Deployment.class),
                Models.fromTree((Map<String, ?>) Objects.requireNonNull(script.get("after")), Deployment.class),
                Optional.ofNullable(script.get("backTo")).map(tree -> BackTo.from((Map<?, ?>) tree)));
    }
}
