// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * ControllerRevisions, in which StatefulSets and DaemonSets keep the templates that they had. Source:
 * pkg/controller/history.
 */
final class Revisions {
    private static final int LONGEST_PREFIX = 223;

    private static final Comparator<ControllerRevision> OLDEST_FIRST = Comparator.comparingLong(
                    ControllerRevision::getRevision)
            .thenComparing(revision -> revision.getMetadata().getCreationTimestamp())
            .thenComparing(revision -> revision.getMetadata().getName());

    private final ApiServer api;
    private final Informer<ControllerRevision> informer;

    Revisions(ApiServer api, Informer<ControllerRevision> informer) {
        this.api = api;
        this.informer = informer;
    }

    /** What a revision keeps: a patch that puts the template back. */
    static Map<String, Object> data(PodTemplateSpec template) {
        Map<String, Object> replaced = new LinkedHashMap<>(Models.toTree(template));
        replaced.put("$patch", "replace");
        return Map.of("spec", Map.of("template", replaced));
    }

    /** The template that a revision keeps. */
    static PodTemplateSpec template(ControllerRevision revision) {
        Map<String, Object> template = new LinkedHashMap<>();
        if (revision.getData() instanceof Map<?, ?> data
                && data.get("spec") instanceof Map<?, ?> spec
                && spec.get("template") instanceof Map<?, ?> kept) {
            kept.forEach((key, value) -> template.put((String) key, value));
        }
        template.remove("$patch");
        return Models.fromTree(template, PodTemplateSpec.class);
    }

    static boolean same(ControllerRevision revision, Object data) {
        return Objects.equals(revision.getData(), data);
    }

    /** Those that an owner controls, and orphans that match; oldest first. */
    List<ControllerRevision> of(HasMetadata owner, LabelSelector selector) {
        List<ControllerRevision> all = new ArrayList<>();
        for (ControllerRevision revision : informer.ownedBy(owner)) {
            if (LabelSelectors.matches(selector, revision.getMetadata().getLabels())) {
                all.add(revision);
            }
        }
        for (ControllerRevision orphan : informer.orphans(Metadata.namespace(owner))) {
            if (LabelSelectors.matches(selector, orphan.getMetadata().getLabels())) {
                all.add(orphan);
            }
        }
        all.sort(OLDEST_FIRST);
        return all;
    }

    /** Takes the orphans among them. */
    void adopt(HasMetadata owner, List<ControllerRevision> revisions) {
        for (int i = 0; i < revisions.size(); i++) {
            ControllerRevision revision = revisions.get(i);
            if (Metadata.controllerOf(revision) == null && !Metadata.terminating(revision)) {
                revisions.set(i, Ownership.adopt(api, ResourceType.CONTROLLER_REVISIONS, revision, owner));
            }
        }
    }

    static String name(String prefix, String hash) {
        return (prefix.length() > LONGEST_PREFIX ? prefix.substring(0, LONGEST_PREFIX) : prefix) + "-" + hash;
    }

    /** A revision as a controller is about to store it. */
    static ControllerRevision fresh(
            HasMetadata owner, String name, Map<String, String> labels, Map<String, Object> data, long number) {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(name);
        metadata.setNamespace(Metadata.namespace(owner));
        metadata.setLabels(labels);
        metadata.setAnnotations(owner.getMetadata().getAnnotations());
        metadata.setOwnerReferences(
                List.of(NewReplicaSet.ownedBy(owner.getApiVersion(), owner.getKind(), owner.getMetadata())));
        ControllerRevision revision = new ControllerRevision();
        revision.setMetadata(metadata);
        revision.setData(data);
        revision.setRevision(number);
        return revision;
    }

    /** Stores it; empty-handed (null) where a revision with other data has the name. */
    @Nullable
    ControllerRevision create(ControllerRevision revision) {
        try {
            return api.create(ResourceType.CONTROLLER_REVISIONS, revision);
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.ALREADY_EXISTS) {
                throw refused;
            }
            ControllerRevision taken = api.get(
                    ResourceType.CONTROLLER_REVISIONS,
                    Metadata.namespace(revision),
                    revision.getMetadata().getName());
            return same(taken, revision.getData()) ? taken : null;
        }
    }

    ControllerRevision renumber(ControllerRevision revision, long number) {
        if (revision.getRevision() == number) {
            return revision;
        }
        ControllerRevision changed =
                ResourceType.CONTROLLER_REVISIONS.shallowCopy().apply(revision);
        changed.setRevision(number);
        return api.update(ResourceType.CONTROLLER_REVISIONS, changed);
    }

    void delete(ControllerRevision revision) {
        api.delete(
                ResourceType.CONTROLLER_REVISIONS,
                Metadata.namespace(revision),
                revision.getMetadata().getName(),
                DeleteOptions.defaults());
    }

    /**
     * Kubernetes' hash of what a revision keeps (FNV-1 of its JSON): for the same template the same as there.
     *
     * @param probe how many names were taken before
     */
    static String hash(Map<String, Object> data, int probe) {
        int hash = 0x811c9dc5;
        for (byte b : (goJson(data) + probe).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash * 0x01000193) ^ (b & 0xff);
        }
        return Templates.safe(hash);
    }

    /** JSON as Go writes maps: keys sorted, and what HTML would misread escaped. */
    private static String goJson(@Nullable Object tree) {
        StringBuilder text = new StringBuilder();
        append(text, tree);
        return text.toString();
    }

    private static void append(StringBuilder text, @Nullable Object tree) {
        if (tree instanceof Map<?, ?> map) {
            TreeMap<String, Object> sorted = new TreeMap<>();
            map.forEach((key, value) -> sorted.put((String) key, value));
            String separator = "{";
            for (Map.Entry<String, Object> entry : sorted.entrySet()) {
                text.append(separator);
                append(text, entry.getKey());
                text.append(':');
                append(text, entry.getValue());
                separator = ",";
            }
            text.append(sorted.isEmpty() ? "{}" : "}");
        } else if (tree instanceof List<?> list) {
            String separator = "[";
            for (Object item : list) {
                text.append(separator);
                append(text, item);
                separator = ",";
            }
            text.append(list.isEmpty() ? "[]" : "]");
        } else if (tree instanceof String string) {
            text.append(Models.toJson(Map.of("", string))
                    .replaceFirst("^\\{\"\":", "")
                    .replaceFirst("\\}$", "")
                    .replace("<", "\\u003c")
                    .replace(">", "\\u003e")
                    .replace("&", "\\u0026"));
        } else {
            text.append(tree);
        }
    }
}
