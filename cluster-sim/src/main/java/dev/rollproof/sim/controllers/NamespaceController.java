// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import java.util.List;
import java.util.Map;

/**
 * Furnishes new namespaces with what every pod expects, the service account {@code default} and the config map
 * {@code kube-root-ca.crt}, and empties those that are deleted: when nothing is left, the namespace goes.
 */
public final class NamespaceController {
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000;

    private final ApiServer api;
    private final Informer<Namespace> namespaces;
    final WorkQueue<String> queue;

    NamespaceController(ControlPlane plane, Informer<Namespace> namespaces) {
        this.api = plane.api();
        this.namespaces = namespaces;
        this.queue = ControllerManager.queue(plane, "namespace", Integer.MAX_VALUE, this::sync);
        namespaces.addHandler((previous, namespace, deleted) -> {
            if (!deleted) {
                queue.add(namespace.getMetadata().getName());
            }
        });
    }

    private int sync(String name) {
        Namespace namespace = namespaces.find("", name);
        if (namespace == null) {
            return 0;
        }
        return Metadata.terminating(namespace) ? empty(name) : furnish(api, name);
    }

    /** Creates what a namespace lacks; returns how many objects that took. */
    public static int furnish(ApiServer api, String name) {
        int writes = 0;
        if (api.find(ResourceType.SERVICE_ACCOUNTS, name, "default") == null) {
            api.create(ResourceType.SERVICE_ACCOUNTS, named(new ServiceAccount(), name, "default"));
            writes++;
        }
        if (api.find(ResourceType.CONFIG_MAPS, name, "kube-root-ca.crt") == null) {
            ConfigMap authority = new ConfigMap();
            authority.setData(Map.of("ca.crt", "simulated"));
            api.create(ResourceType.CONFIG_MAPS, named(authority, name, "kube-root-ca.crt"));
            writes++;
        }
        return writes;
    }

    private static <T extends HasMetadata> T named(T object, String namespace, String name) {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(namespace);
        metadata.setName(name);
        object.setMetadata(metadata);
        return object;
    }

    private int empty(String name) {
        int left = 0;
        int writes = 0;
        for (ResourceType<?> type : ResourceType.all()) {
            if (type.namespaced()) {
                for (HasMetadata object : api.all(type, name)) {
                    left++;
                    if (!Metadata.terminating(object)) {
                        api.delete(type, name, object.getMetadata().getName(), DeleteOptions.defaults());
                        writes++;
                    }
                }
            }
        }
        if (left > 0) {
            queue.addAfter(name, LOOK_AGAIN_NANOS);
            return writes;
        }
        Namespace current = api.find(ResourceType.NAMESPACES, "", name);
        if (current == null) {
            return writes;
        }
        Namespace finalized = ResourceType.NAMESPACES.shallowCopy().apply(current);
        finalized.setMetadata(Metadata.copy(current.getMetadata()));
        NamespaceSpec spec = new NamespaceSpec();
        spec.setFinalizers(List.of());
        finalized.setSpec(spec);
        api.update(ResourceType.NAMESPACES, finalized);
        return writes + 1;
    }
}
