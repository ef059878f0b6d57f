// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.PodTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout goes back to, where a rollback was asked for: the last revision that was seen complete. Mostly that is what
 * was there when it began, and there is nothing to change.
 *
 * @param revision its number when it was seen complete
 * @param replicaSet the name of its ReplicaSet; {@code ""} where it has none
 * @param images of its containers, in their order
 * @param nothing why there is no such revision; {@code ""} where there is. The rollout turns back to what was there, then
 * @param template its template, where that is not the one that was there when the rollout began
 * @param fields what makes it of what was there, by JSON pointer; null removes
 */
public record BackTo(
        long revision,
        String replicaSet,
        List<String> images,
        String nothing,
        Optional<PodTemplate> template,
        Map<String, @Nullable Object> fields) {
    public BackTo {
        images = List.copyOf(images);
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Nothing was ever seen complete. */
    public static BackTo nothing(String why) {
        return new BackTo(0, "", List.of(), why, Optional.empty(), Map.of());
    }

    /**
     * @param current the Deployment of the old version, as it was when the rollout began
     * @param back the same, with the template that was seen complete
     */
    public static BackTo of(Deployment current, Deployment back, long revision, String replicaSet) {
        PodTemplateSpec is = current.getSpec().getTemplate();
        PodTemplateSpec will = back.getSpec().getTemplate();
        List<String> images = PodTemplate.from(will).images();
        if (PodTemplate.from(is).equals(PodTemplate.from(will))) {
            return new BackTo(revision, replicaSet, images, "", Optional.empty(), Map.of());
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("/spec/template", Models.toTree(will));
        fields.putAll(Annotations.difference(current, back));
        return new BackTo(revision, replicaSet, images, "", Optional.of(PodTemplate.from(will)), fields);
    }

    /** As plain trees, to be kept. */
    public Map<String, Object> script() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("revision", revision);
        tree.put("replicaSet", replicaSet);
        tree.put("images", images);
        tree.put("nothing", nothing);
        Map<String, Object> set = new LinkedHashMap<>();
        List<String> remove = new ArrayList<>();
        fields.forEach((path, value) -> {
            if (value == null) {
                remove.add(path);
            } else {
                set.put(path, value);
            }
        });
        tree.put("set", set);
        tree.put("remove", remove);
        return tree;
    }

    /** Reads what was kept. */
    public static BackTo from(Map<?, ?> tree) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        ((Map<?, ?>) Objects.requireNonNull(tree.get("set")))
                .forEach((path, value) -> fields.put(String.valueOf(path), value));
        ((List<?>) Objects.requireNonNull(tree.get("remove"))).forEach(path -> fields.put(String.valueOf(path), null));
        return new BackTo(
                ((Number) Objects.requireNonNull(tree.get("revision"))).longValue(),
                String.valueOf(tree.get("replicaSet")),
                ((List<?>) Objects.requireNonNull(tree.get("images")))
                        .stream().map(String::valueOf).toList(),
                String.valueOf(tree.get("nothing")),
                Optional.ofNullable(fields.get("/spec/template")).map(BackTo::template),
                fields);
    }

    @SuppressWarnings("unchecked")
    private static PodTemplate template(Object tree) {
        return PodTemplate.from(Models.fromTree((Map<String, ?>) tree, PodTemplateSpec.class));
    }
}
