// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Bindings;
import dev.rollproof.sim.api.EvictionRefused;
import dev.rollproof.sim.api.Evictions;
import dev.rollproof.sim.api.ResourceType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** POST on a pod's {@code eviction} and {@code binding}. Thread-safe. */
final class PodRequests {
    private final Gate gate;

    PodRequests(Gate gate) {
        this.gate = gate;
    }

    /** Deletes the pod, as draining a node does, where its PodDisruptionBudget allows it. */
    Answer evict(ApiRequest request, String namespace, String name) {
        Map<String, @Nullable Object> eviction = Bodies.tree(request);
        if (!"policy/v1beta1".equals(eviction.get("apiVersion"))) {
            Bodies.checkKind(eviction, "policy/v1", "Eviction");
        }
        if (!name.equals(part(eviction, "metadata").get("name"))) {
            throw Refusal.badRequest("name in URL does not match name in Eviction object");
        }
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
        Map<String, @Nullable Object> binding = Bodies.tree(request);
        Bodies.checkKind(binding, "v1", "Binding");
        checkName(binding, name);
        Map<String, @Nullable Object> target = part(binding, "target");
        Object kind = target.get("kind");
        if (!(target.get("name") instanceof String node) || (kind != null && !kind.equals("Node"))) {
            throw Refusal.badRequest("a Binding has a target of the kind Node, with its name");
        }
        boolean dryRun = WriteParameters.isDryRun(request, "CreateOptions");
        gate.call(() -> {
            gate.cluster().admit(Verb.CREATE, ResourceType.PODS);
            Bindings.bind(gate.cluster().api(), namespace, name, node, dryRun);
            return node;
        });
        return Answer.Whole.json(201, StatusObjects.success(201));
    }

    private static void checkName(Map<String, @Nullable Object> tree, String name) {
        Object said = part(tree, "metadata").get("name");
        if (said != null && !said.equals("") && !said.equals(name)) {
            throw Refusal.badRequest(
                    "the name of the object (" + said + ") does not match the name on the URL (" + name + ")");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> part(Map<String, @Nullable Object> tree, String field) {
        return tree.get(field) instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }
}
