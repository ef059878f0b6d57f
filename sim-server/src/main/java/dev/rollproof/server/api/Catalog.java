// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.ServerSide;
import dev.rollproof.sim.api.ResourceType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds that a server has, by their groups, and what clients are told about them. Immutable. */
final class Catalog {
    /** Kubernetes' own words for the verbs of an object that clients may do anything with. */
    static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private static final List<String> PROXY_VERBS = List.of("create", "delete", "get", "patch", "update");

    private final List<GroupVersion> versions;

    /** The kinds of one group in its one version that are stored; none where the group has nothing but reviews. */
    record GroupVersion(String group, String version, List<ResourceType<?>> types) {
        String text() {
            return group.isEmpty() ? version : group + "/" + version;
        }

        @Nullable
        ResourceType<?> find(String plural) {
            for (ResourceType<?> type : types) {
                if (type.plural().equals(plural)) {
                    return type;
                }
            }
            return null;
        }
    }

    /**
     * A part of an object that has a path of its own.
     *
     * @param apiVersion of what it speaks in; the object's own where it is the object
     */
    record Subresource(String name, String apiVersion, String kind, List<String> verbs) {}

    private Catalog(List<GroupVersion> versions) {
        this.versions = List.copyOf(versions);
    }

    static Catalog of(ServerSide cluster) {
        Map<String, List<ResourceType<?>>> byGroup = new LinkedHashMap<>();
        byGroup.put("", new ArrayList<>());
        byGroup.put("apps", new ArrayList<>());
        for (ResourceType<?> type : ResourceType.all()) {
            if (cluster.serves(type)) {
                byGroup.computeIfAbsent(type.group(), group -> new ArrayList<>())
                        .add(type);
            }
        }
        List<GroupVersion> versions = new ArrayList<>();
        byGroup.forEach((group, types) -> {
            // As Kubernetes lists them, and so also the order of `kubectl get all`.
            types.sort(Comparator.comparing(ResourceType::plural));
            versions.add(new GroupVersion(group, types.get(0).version(), List.copyOf(types)));
        });
        for (String group : Review.groups()) {
            if (!byGroup.containsKey(group)) {
                versions.add(new GroupVersion(group, Review.VERSION, List.of()));
            }
        }
        return new Catalog(versions);
    }

    /** All, the core first. */
    List<GroupVersion> versions() {
        return versions;
    }

    @Nullable
    GroupVersion find(String group, String version) {
        for (GroupVersion one : versions) {
            if (one.group().equals(group) && one.version().equals(version)) {
                return one;
            }
        }
        return null;
    }

    static String singular(ResourceType<?> type) {
        return type.kind().toLowerCase(Locale.ROOT);
    }

    static List<String> shortNames(ResourceType<?> type) {
        return switch (type.plural()) {
            case "namespaces" -> List.of("ns");
            case "nodes" -> List.of("no");
            case "pods" -> List.of("po");
            case "services" -> List.of("svc");
            case "configmaps" -> List.of("cm");
            case "events" -> List.of("ev");
            case "serviceaccounts" -> List.of("sa");
            case "resourcequotas" -> List.of("quota");
            case "persistentvolumeclaims" -> List.of("pvc");
            case "persistentvolumes" -> List.of("pv");
            case "storageclasses" -> List.of("sc");
            case "poddisruptionbudgets" -> List.of("pdb");
            case "deployments" -> List.of("deploy");
            case "replicasets" -> List.of("rs");
            case "statefulsets" -> List.of("sts");
            case "daemonsets" -> List.of("ds");
            default -> List.of();
        };
    }

    static List<String> categories(ResourceType<?> type) {
        return switch (type.plural()) {
            case "pods", "services", "deployments", "replicasets", "statefulsets", "daemonsets" -> List.of("all");
            case "httproutes" -> List.of("gateway-api");
            default -> List.of();
        };
    }

    /** In alphabetical order. */
    static List<Subresource> subresources(ResourceType<?> type) {
        List<Subresource> all = new ArrayList<>();
        List<String> changeable = List.of("get", "patch", "update");
        if (type.equals(ResourceType.PODS)) {
            all.add(new Subresource("binding", "v1", "Binding", List.of("create")));
            all.add(new Subresource("eviction", "policy/v1", "Eviction", List.of("create")));
            all.add(new Subresource("log", "v1", "Pod", List.of("get")));
            all.add(new Subresource("proxy", "v1", "PodProxyOptions", PROXY_VERBS));
        }
        if (type.equals(ResourceType.SERVICES)) {
            all.add(new Subresource("proxy", "v1", "ServiceProxyOptions", PROXY_VERBS));
        }
        if (type.isScalable()) {
            all.add(new Subresource("scale", "autoscaling/v1", "Scale", changeable));
        }
        if (type.hasStatus()) {
            all.add(new Subresource("status", type.apiVersion(), type.kind(), changeable));
        }
        return all;
    }
}
