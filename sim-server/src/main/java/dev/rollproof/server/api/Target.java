// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.api.ResourceType;
import java.util.List;

/**
 * What a path of the API names.
 *
 * @param namespace {@code ""} where the path names none
 * @param name {@code ""} for the whole collection
 * @param subresource {@code ""} for the object itself
 * @param rest what follows the subresource, such as a path to be proxied
 */
record Target(ResourceType<?> type, String namespace, String name, String subresource, List<String> rest) {
    /** What the path after the group's version names; fails with NotFound where nothing is there. */
    static Target of(List<String> path, Catalog.GroupVersion version) {
        boolean inNamespace = path.get(0).equals("namespaces")
                && path.size() > 2
                && !path.get(2).equals("status")
                && !path.get(2).equals("finalize");
        String namespace = inNamespace ? path.get(1) : "";
        List<String> left = inNamespace ? path.subList(2, path.size()) : path;
        ResourceType<?> type = version.find(left.get(0));
        boolean misplaced = type == null || (inNamespace ? !type.namespaced() : type.namespaced() && left.size() > 1);
        if (type == null || misplaced) {
            throw Refusal.notFound();
        }
        return new Target(
                type,
                namespace,
                left.size() > 1 ? left.get(1) : "",
                left.size() > 2 ? left.get(2) : "",
                left.size() > 3 ? List.copyOf(left.subList(3, left.size())) : List.of());
    }
}
