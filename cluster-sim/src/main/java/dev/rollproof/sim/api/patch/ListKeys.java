// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Which lists are maps in disguise, and what tells their items apart: the {@code patchMergeKey} and {@code x-kubernetes-list-
 * map-keys} of Kubernetes' API, by the name of the field. All other lists are replaced whole.
 */
public final class ListKeys {
    private ListKeys() {}

    /** The keys for server-side apply; empty for lists that are replaced whole. */
    static List<String> of(String field, List<?> items) {
        return of(field, areContainerPorts(items));
    }

    /**
     * The keys of a list by the fields that its items can have; empty for lists that are replaced whole.
     *
     * @param field the list's name
     */
    public static List<String> of(String field, Collection<String> itemFields) {
        // Only lists of objects have keys, whatever they are called.
        return itemFields.isEmpty() ? List.of() : of(field, itemFields.contains("containerPort"));
    }

    private static List<String> of(String field, boolean containerPorts) {
        return switch (field) {
            case "containers",
                    "initContainers",
                    "ephemeralContainers",
                    "volumes",
                    "env",
                    "imagePullSecrets",
                    "secrets" -> List.of("name");
            case "volumeMounts" -> List.of("mountPath");
            case "volumeDevices" -> List.of("devicePath");
            case "hostAliases" -> List.of("ip");
            case "conditions" -> List.of("type");
            case "ownerReferences" -> List.of("uid");
            case "topologySpreadConstraints" -> List.of("topologyKey", "whenUnsatisfiable");
            case "ports" -> containerPorts ? List.of("containerPort", "protocol") : List.of("port", "protocol");
            default -> List.of();
        };
    }

    /** The one key for strategic merge patches; empty for lists that are replaced whole. */
    static List<String> forStrategicMerge(String field, List<?> items) {
        List<String> keys = of(field, items);
        return keys.size() > 1 ? keys.subList(0, 1) : keys;
    }

    private static boolean areContainerPorts(List<?> items) {
        return items.stream().anyMatch(item -> item instanceof Map<?, ?> port && port.containsKey("containerPort"));
    }

    /** What tells an item apart; ports without a protocol are TCP. */
    static List<Object> keyOf(Map<?, ?> item, List<String> keys) {
        List<Object> key = new ArrayList<>();
        for (String name : keys) {
            Object value = item.get(name);
            key.add(value != null ? value : name.equals("protocol") ? "TCP" : "");
        }
        return key;
    }
}
