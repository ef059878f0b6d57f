// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Decoding;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Patching;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.SaidKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The {@code scale} subresource of Deployments, ReplicaSets and StatefulSets, in {@code autoscaling/v1}. Thread-safe. */
final class ScaleRequests {
    private static final String API_VERSION = "autoscaling/v1";

    private final Gate gate;
    private final ReadRequests reads;

    ScaleRequests(Gate gate, ReadRequests reads) {
        this.gate = gate;
        this.reads = reads;
    }

    <T extends HasMetadata> Answer handle(ApiRequest request, ResourceType<T> type, String namespace, String name) {
        return switch (request.method()) {
            case "GET" ->
                answer(gate.call(() -> {
                    gate.cluster().admit(Verb.GET, type);
                    return scaleOf(reads.find(type, namespace, name));
                }));
            case "PUT" -> {
                Map<String, @Nullable Object> scale = Bodies.tree(request, "Scale");
                Bodies.checkKind(scale, API_VERSION, "Scale");
                refuseOthers(scale, namespace, name);
                yield write(request, Verb.UPDATE, type, namespace, name, "UpdateOptions", stored -> scale);
            }
            case "PATCH" ->
                request.contentType().equals(WriteRequests.APPLY)
                        ? apply(request, type, namespace, name)
                        : patch(request, type, namespace, name);
            default -> throw Refusal.methodNotAllowed();
        };
    }

    private <T extends HasMetadata> Answer patch(
            ApiRequest request, ResourceType<T> type, String namespace, String name) {
        return write(request, Verb.PATCH, type, namespace, name, "PatchOptions", stored -> {
            Map<String, @Nullable Object> tree = new LinkedHashMap<>(scaleOf(stored));
            // A version counts only where the patch names one.
            Map<String, @Nullable Object> metadata = new LinkedHashMap<>(metadata(tree));
            metadata.remove("resourceVersion");
            tree.put("metadata", metadata);
            Patch patch = WriteRequests.patch(request);
            Patching.change(tree, patch);
            Patching.checkSame(tree, patch, new SaidKind(API_VERSION, "Scale"), Scale.class, namespace, name);
            return tree;
        });
    }

    private <T extends HasMetadata> Answer apply(
            ApiRequest request, ResourceType<T> type, String namespace, String name) {
        WriteRequests.requireFieldManager(request);
        WriteOptions options = WriteParameters.of(request, "PatchOptions");
        Map<String, @Nullable Object> scale = Bodies.appliedTree(request, API_VERSION, "Scale");
        Decoding.checkApplied(scale, Scale.class);
        Integer replicas = replicas(scale);
        String version = metadata(scale).get("resourceVersion") instanceof String text ? text : null;
        return written(
                Verb.PATCH,
                type,
                namespace,
                name,
                stored -> gate.cluster().requests().applyScale(type, namespace, name, replicas, version, options));
    }

    private static @Nullable Integer replicas(Map<String, @Nullable Object> scale) {
        Object spec = scale.get("spec");
        Object replicas = spec instanceof Map<?, ?> fields ? fields.get("replicas") : null;
        if (replicas != null && !(replicas instanceof Integer)) {
            throw Refusal.badRequest("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas is a whole"
                    + " number, was " + Models.toJson(replicas));
        }
        return (Integer) replicas;
    }

    /** A Scale that is put is of the object of the path. */
    private static void refuseOthers(Map<String, @Nullable Object> scale, String namespace, String name) {
        Map<String, @Nullable Object> metadata = metadata(scale);
        Decoding.checkName(metadata.get("name") instanceof String said ? said : null, name);
        Object said = metadata.get("namespace");
        Decoding.checkNamespace(said == null ? null : String.valueOf(said), namespace);
    }

    private interface Change<T> {
        Map<String, @Nullable Object> of(T stored);
    }

    private <T extends HasMetadata> Answer write(
            ApiRequest request,
            Verb verb,
            ResourceType<T> type,
            String namespace,
            String name,
            String optionsKind,
            Change<T> change) {
        WriteOptions options = WriteParameters.of(request, optionsKind);
        return written(verb, type, namespace, name, stored -> {
            Map<String, @Nullable Object> scale = change.of(stored);
            Integer wanted = replicas(scale);
            Object version = metadata(scale).get("resourceVersion");
            return gate.cluster()
                    .requests()
                    .scale(
                            type,
                            namespace,
                            name,
                            wanted == null ? 0 : wanted,
                            version instanceof String text ? text : null,
                            options);
        });
    }

    private <T extends HasMetadata> Answer written(
            Verb verb, ResourceType<T> type, String namespace, String name, UnaryOperator<T> write) {
        record Scaled(HasMetadata object, HasMetadata before) {}
        Scaled scaled = gate.call(() -> {
            gate.cluster().admit(verb, type);
            T before = gate.cluster().api().get(type, namespace, name);
            return new Scaled(write.apply(before), before);
        });
        // As on a real server: who scales is warned of the whole object.
        return answer(scaleOf(scaled.object()))
                .warning(WriteRequests.warnings(scaled.object(), scaled.before(), gate.minor()));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> metadata(Map<String, @Nullable Object> tree) {
        return tree.get("metadata") instanceof Map<?, ?> metadata ? (Map<String, @Nullable Object>) metadata : Map.of();
    }

    private static Answer.Whole answer(Map<String, ?> scale) {
        return Answer.Whole.json(200, StatusObjects.bytes(scale));
    }

    private static Map<String, @Nullable Object> scaleOf(HasMetadata object) {
        int wanted;
        Integer replicas;
        LabelSelector selector;
        if (object instanceof Deployment deployment) {
            wanted = deployment.getSpec().getReplicas();
            replicas = deployment.getStatus() == null
                    ? null
                    : deployment.getStatus().getReplicas();
            selector = deployment.getSpec().getSelector();
        } else if (object instanceof ReplicaSet set) {
            wanted = set.getSpec().getReplicas();
            replicas = set.getStatus() == null ? null : set.getStatus().getReplicas();
            selector = set.getSpec().getSelector();
        } else if (object instanceof StatefulSet set) {
            wanted = set.getSpec().getReplicas();
            replicas = set.getStatus() == null ? null : set.getStatus().getReplicas();
            selector = set.getSpec().getSelector();
        } else {
            throw Refusal.notFound();
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", object.getMetadata().getName());
        metadata.put("namespace", object.getMetadata().getNamespace());
        metadata.put("uid", object.getMetadata().getUid());
        metadata.put("resourceVersion", object.getMetadata().getResourceVersion());
        metadata.put("creationTimestamp", object.getMetadata().getCreationTimestamp());
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("replicas", replicas == null ? 0 : replicas);
        status.put("selector", LabelSelectors.text(selector));
        Map<String, @Nullable Object> scale = new LinkedHashMap<>();
        scale.put("kind", "Scale");
        scale.put("apiVersion", API_VERSION);
        scale.put("metadata", metadata);
        Map<String, Object> spec = new LinkedHashMap<>();
        if (wanted != 0) {
            spec.put("replicas", wanted);
        }
        scale.put("spec", spec);
        scale.put("status", status);
        return scale;
    }
}
