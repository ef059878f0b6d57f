// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** What clients ask for. */
@SuppressWarnings("DoNotCallSuggester")
public final class Requests {
    private final ApiServer api;

    public Requests(ApiServer api) {
        this.api = api;
    }

    public <T extends HasMetadata> T create(ResourceType<T> type, T manifest, WriteOptions options) {
        placed(type, manifest);
        return api.insert(type, manifest);
    }

    public <T extends HasMetadata> T replace(ResourceType<T> type, T manifest, WriteOptions options) {
        placed(type, manifest);
        return api.overwrite(type, manifest);
    }

    public <T extends HasMetadata> T replaceStatus(ResourceType<T> type, T manifest, WriteOptions options) {
        placed(type, manifest);
        return api.overwriteStatus(type, manifest);
    }

    public <T extends HasMetadata> T apply(ResourceType<T> type, T manifest, WriteOptions options) {
        throw new ClusterException(Reason.METHOD_NOT_ALLOWED, "not yet");
    }

    public <T extends HasMetadata> T patch(
            ResourceType<T> type, String namespace, String name, Patch patch, WriteOptions options) {
        throw new ClusterException(Reason.METHOD_NOT_ALLOWED, "not yet");
    }

    public <T extends HasMetadata> T scale(
            ResourceType<T> type, String namespace, String name, int replicas, WriteOptions options) {
        throw new ClusterException(Reason.METHOD_NOT_ALLOWED, "not yet");
    }

    public <T extends HasMetadata> T delete(
            ResourceType<T> type, String namespace, String name, DeleteOptions options) {
        return api.remove(type, namespace, name, options);
    }

    private static <T extends HasMetadata> void placed(ResourceType<T> type, T manifest) {
        if (type.namespaced() && manifest.getMetadata().getNamespace() == null) {
            manifest.getMetadata().setNamespace("default");
        }
    }
}
