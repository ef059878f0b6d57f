// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a change to a Deployment that was just read, on the condition that nobody wrote in between. Only what differs is sent,
 * so that no field changes its owner but those that change.
 */
record GuardedWrite(Cluster cluster, WriteOptions options) {
    private static final List<String> PATHS =
            List.of("/metadata/annotations", "/metadata/managedFields", "/spec/template", "/spec/paused");

    /**
     * Sends the difference of a Deployment's annotations, managed fields, template and pause.
     *
     * @throws ClusterException with the reason Conflict if somebody wrote in between
     */
    Deployment write(Deployment current, Deployment changed) {
        String namespace = current.getMetadata().getNamespace();
        String name = current.getMetadata().getName();
        try {
            return cluster.patch(Deployment.class, namespace, name, difference(current, changed), options);
        } catch (ClusterException refused) {
            // A failed test of a JSON patch is answered as Invalid, like a bad value: it was the test if the version
            // moved on.
            if (refused.reason() == Reason.INVALID && versionMoved(current)) {
                throw new ClusterException(
                        Reason.CONFLICT, String.valueOf(refused.getMessage()), refused.causes(), refused);
            }
            throw refused;
        }
    }

    private boolean versionMoved(Deployment since) {
        return cluster.get(
                        Deployment.class,
                        since.getMetadata().getNamespace(),
                        since.getMetadata().getName())
                .filter(now -> now.getMetadata()
                        .getResourceVersion()
                        .equals(since.getMetadata().getResourceVersion()))
                .isEmpty();
    }

    private static Patch difference(Deployment current, Deployment changed) {
        List<Map<String, Object>> operations = new ArrayList<>();
        operations.add(operation(
                "test", "/metadata/resourceVersion", current.getMetadata().getResourceVersion()));
        Map<String, Object> before = Models.toTree(current);
        Map<String, Object> after = Models.toTree(changed);
        for (String path : PATHS) {
            Object was = at(before, path);
            Object is = at(after, path);
            if (!Objects.equals(was, is)) {
                operations.add(
                        is == null
                                ? Map.of("op", "remove", "path", path)
                                : operation(was == null ? "add" : "replace", path, is));
            }
        }
        return Patch.json(Models.toJson(operations));
    }

    private static Map<String, Object> operation(String op, String path, Object value) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("op", op);
        operation.put("path", path);
        operation.put("value", value);
        return operation;
    }

    private static @Nullable Object at(Map<String, Object> tree, String path) {
        Object here = tree;
        for (String step : path.substring(1).split("/")) {
            here = here instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return here;
    }
}
