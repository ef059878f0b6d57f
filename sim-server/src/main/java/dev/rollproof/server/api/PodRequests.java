// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Bindings;
import dev.rollproof.sim.api.EvictionRefused;
import dev.rollproof.sim.api.Evictions;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.validation.FieldErrors;
import dev.rollproof.sim.api.validation.Names;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** POST on a pod's {@code eviction} and {@code binding}. Thread-safe. */
final class PodRequests {
    /** 1.37 looks at the form of a node's name that a pod is bound to, 1.34 did not; of those between it is not known. */
    private static final int SINCE_NODES_NAMES_ARE_CHECKED = 37;

    private final Gate gate;

    PodRequests(Gate gate) {
        this.gate = gate;
    }

    /** Deletes the pod, as draining a node does, where its PodDisruptionBudget allows it. */
    Answer evict(ApiRequest request, String namespace, String name) {
        Map<String, @Nullable Object> eviction = Bodies.tree(request, "Eviction");
        if (!"policy/v1beta1".equals(eviction.get("apiVersion"))) {
            Bodies.checkKind(eviction, "policy/v1", "Eviction");
        }
        checkName(eviction, name, "Eviction");
        Map<String, @Nullable Object> options = part(eviction, "deleteOptions");
        DeleteOptions deletion = DeleteRequests.options(options, request);
        boolean dryRun = WriteParameters.isDryRun(request, "CreateOptions")
                || (options.get("dryRun") instanceof java.util.List<?> values && values.contains("All"));
        gate.call(() -> {
            gate.cluster().admit(Verb.CREATE, ResourceType.PODS);
            try {
                Evictions.evict(gate.cluster().api(), namespace, name, deletion, dryRun);
            } catch (EvictionRefused refused) {
                throw new Refusal(
                        refused.code(),
                        refused.reason(),
                        String.valueOf(refused.getMessage()),
                        refused.causes(),
                        refused.retryAfterSeconds());
            }
            return name;
        });
        return Answer.Whole.json(201, StatusObjects.success(201));
    }

    /** Puts the pod on a node. */
    Answer bind(ApiRequest request, String namespace, String name) {
        Map<String, @Nullable Object> binding = Bodies.tree(request, "Binding");
        Bodies.checkKind(binding, "v1", "Binding");
        checkName(binding, name, "Binding");
        Map<String, @Nullable Object> target = part(binding, "target");
        String node = text(target, "name");
        checkTarget(text(target, "kind"), node);
        boolean dryRun = WriteParameters.isDryRun(request, "CreateOptions");
        gate.call(() -> {
            gate.cluster().admit(Verb.CREATE, ResourceType.PODS);
            Bindings.bind(gate.cluster().api(), namespace, name, node, dryRun);
            return node;
        });
        return Answer.Whole.json(201, StatusObjects.success(201));
    }

    /** Source: ValidatePodBinding. */
    private void checkTarget(String kind, String node) {
        FieldErrors errors = new FieldErrors();
        boolean isNode = kind.isEmpty() || kind.equals("Node");
        if (!isNode) {
            errors.notSupported("target.kind", kind, List.of("Node", "<empty>"));
        }
        if (node.isEmpty()) {
            errors.required("target.name");
        } else if (isNode && gate.minor() >= SINCE_NODES_NAMES_ARE_CHECKED) {
            Names.subdomain(node).forEach(why -> errors.invalid("target.name", node, why));
        }
        errors.throwBareIfAny();
    }

    private static String text(Map<String, @Nullable Object> tree, String field) {
        return tree.get(field) instanceof String text ? text : "";
    }

    private static void checkName(Map<String, @Nullable Object> tree, String name, String kind) {
        if (!name.equals(text(part(tree, "metadata"), "name"))) {
            throw Refusal.badRequest("name in URL does not match name in " + kind + " object");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> part(Map<String, @Nullable Object> tree, String field) {
        return tree.get(field) instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }
}
