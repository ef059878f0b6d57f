// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a container needs besides its image: ConfigMaps and Secrets of its environment that have to be there, and who it may run as. */
final class References {
    private References() {}

    private static @Nullable String missing(ApiServer api, boolean secret, String namespace, @Nullable String name) {
        String wanted = name == null ? "" : name;
        boolean there = secret
                ? api.find(ResourceType.SECRETS, namespace, wanted) != null
                : api.find(ResourceType.CONFIG_MAPS, namespace, wanted) != null;
        return there ? null : notFound(secret, name);
    }

    /** What the API server says where there is no such Secret or ConfigMap, and the kubelet repeats. */
    static String notFound(boolean secret, @Nullable String name) {
        return (secret ? "secret" : "configmap") + " \"" + (name == null ? "" : name) + "\" not found";
    }

    /** Why a container's environment cannot be made; null where it can. */
    static @Nullable String missingInEnvironment(ApiServer api, Pod pod, Container container) {
        String namespace = Metadata.namespace(pod);
        if (container.getEnvFrom() != null) {
            for (EnvFromSource source : container.getEnvFrom()) {
                String missing = missingIn(api, namespace, source);
                if (missing != null) {
                    return missing;
                }
            }
        }
        if (container.getEnv() != null) {
            for (EnvVar variable : container.getEnv()) {
                String missing =
                        variable.getValueFrom() == null ? null : missingIn(api, namespace, variable.getValueFrom());
                if (missing != null) {
                    return missing;
                }
            }
        }
        return null;
    }

    private static @Nullable String missingIn(ApiServer api, String namespace, EnvFromSource source) {
        if (source.getConfigMapRef() != null
                && !Boolean.TRUE.equals(source.getConfigMapRef().getOptional())) {
            return missing(api, false, namespace, source.getConfigMapRef().getName());
        }
        if (source.getSecretRef() != null
                && !Boolean.TRUE.equals(source.getSecretRef().getOptional())) {
            return missing(api, true, namespace, source.getSecretRef().getName());
        }
        return null;
    }

    private static @Nullable String missingIn(ApiServer api, String namespace, EnvVarSource source) {
        if (source.getConfigMapKeyRef() != null
                && !Boolean.TRUE.equals(source.getConfigMapKeyRef().getOptional())) {
            String name = source.getConfigMapKeyRef().getName();
            ConfigMap map = api.find(ResourceType.CONFIG_MAPS, namespace, name);
            return map == null
                    ? notFound(false, name)
                    : missingKey(map.getData(), source.getConfigMapKeyRef().getKey(), "ConfigMap", namespace, name);
        }
        if (source.getSecretKeyRef() != null
                && !Boolean.TRUE.equals(source.getSecretKeyRef().getOptional())) {
            String name = source.getSecretKeyRef().getName();
            Secret secret = api.find(ResourceType.SECRETS, namespace, name);
            if (secret == null) {
                return notFound(true, name);
            }
            String key = source.getSecretKeyRef().getKey();
            Map<String, String> plain = secret.getStringData();
            return plain != null && plain.containsKey(key)
                    ? null
                    : missingKey(secret.getData(), key, "Secret", namespace, name);
        }
        return null;
    }

    private static @Nullable String missingKey(
            @Nullable Map<String, String> data, String key, String kind, String namespace, String name) {
        return data != null && data.containsKey(key)
                ? null
                : "couldn't find key " + key + " in " + kind + " " + namespace + "/" + name;
    }

    /**
     * Why a container may not run as the user that it would run as; null where it may.
     *
     * @param imageRunsAsRoot whether it does where nobody says otherwise
     */
    static @Nullable String rootRefused(Pod pod, Container container, boolean imageRunsAsRoot) {
        var ofPod = pod.getSpec().getSecurityContext();
        var own = container.getSecurityContext();
        Boolean nonRoot = ofPod == null ? null : ofPod.getRunAsNonRoot();
        Long user = ofPod == null ? null : ofPod.getRunAsUser();
        if (own != null && own.getRunAsNonRoot() != null) {
            nonRoot = own.getRunAsNonRoot();
        }
        if (own != null && own.getRunAsUser() != null) {
            user = own.getRunAsUser();
        }
        if (!Boolean.TRUE.equals(nonRoot)) {
            return null;
        }
        if (user != null) {
            return user == 0 ? "container's runAsUser breaks non-root policy" : null;
        }
        return imageRunsAsRoot ? "container has runAsNonRoot and image will run as root" : null;
    }
}
