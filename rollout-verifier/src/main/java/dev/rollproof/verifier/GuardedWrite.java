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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes a change to a Deployment that was just read, on the condition that nobody wrote in between. Only what differs is sent,
 * so that no field changes its owner but those that change.
 */
record GuardedWrite(Cluster cluster, WriteOptions options) {
    private static final String ANNOTATIONS = "/metadata/annotations";
    private static final String OWNERS = "/metadata/managedFields";
    private static final List<String> PATHS = List.of(ANNOTATIONS, OWNERS, "/spec/template", "/spec/paused");

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
            if (refused.reason() != Reason.INVALID) {
                throw refused;
            }
            // A failed test of a JSON patch is answered as Invalid, like a bad value: it was the test if the version
            // moved on.
            Optional<Deployment> stored = cluster.get(Deployment.class, namespace, name);
            if (stored.isPresent() && isSameVersion(stored.get(), current)) {
                throw refused;
            }
            // A client that hears no answer may send a write again by itself: refused then is what it has just done.
            return stored.filter(now -> isDone(current, changed, now))
                    .orElseThrow(() -> new ClusterException(
                            Reason.CONFLICT, String.valueOf(refused.getMessage()), refused.causes(), refused));
        }
    }

    private static boolean isSameVersion(Deployment one, Deployment other) {
        return one.getMetadata().getResourceVersion().equals(other.getMetadata().getResourceVersion());
    }

    /** Whether all that was to be changed is as it should be. Owners do not count: they change with what others do. */
    private static boolean isDone(Deployment current, Deployment changed, Deployment now) {
        Map<String, Object> before = flat(current);
        Map<String, Object> wanted = flat(changed);
        Map<String, Object> stored = flat(now);
        Set<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(wanted.keySet());
        paths.removeIf(path -> Objects.equals(before.get(path), wanted.get(path)));
        return !paths.isEmpty()
                && now.getMetadata().getUid().equals(current.getMetadata().getUid())
                && paths.stream().allMatch(path -> Objects.equals(stored.get(path), wanted.get(path)));
    }

    /** Annotations one by one, since the controller writes its own. */
    private static Map<String, Object> flat(Deployment deployment) {
        Map<String, Object> tree = Models.toTree(deployment);
        Map<String, Object> flat = new HashMap<>();
        for (String path : PATHS) {
            Object value = at(tree, path);
            if (value instanceof Map<?, ?> annotations && path.equals(ANNOTATIONS)) {
                annotations.forEach((key, text) -> flat.put(path + "/" + key, text));
            } else if (value != null && !path.equals(OWNERS)) {
                flat.put(path, value);
            }
        }
        return flat;
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
        return Trees.at(tree, path.substring(1).split("/"));
    }
}
