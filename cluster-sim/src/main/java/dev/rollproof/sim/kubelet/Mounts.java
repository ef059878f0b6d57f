// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What volumes of a pod are made of and has to be there: ConfigMaps, Secrets and their keys, and bound claims. A volume that no container mounts
 * is not set up, so what it needs may be missing (kubernetes/kubernetes pkg/kubelet/volumemanager/populator).
 */
final class Mounts {
    private final ApiServer api;
    private final String namespace;

    private Mounts(ApiServer api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /** Why volumes cannot be set up, as the events say it: one sentence for each of them. */
    static List<String> failures(ApiServer api, Pod pod) {
        if (pod.getSpec().getVolumes() == null) {
            return List.of();
        }
        Mounts mounts = new Mounts(api, Metadata.namespace(pod));
        Set<String> mounted = mounted(pod);
        List<String> failures = new ArrayList<>();
        for (Volume volume : pod.getSpec().getVolumes()) {
            String missing = mounted.contains(volume.getName()) ? mounts.missingFor(volume) : null;
            if (missing != null) {
                failures.add("MountVolume.SetUp failed for volume \"" + volume.getName() + "\" : " + missing);
            }
        }
        return failures;
    }

    private static Set<String> mounted(Pod pod) {
        Set<String> names = new HashSet<>();
        for (List<Container> containers :
                Arrays.asList(pod.getSpec().getInitContainers(), pod.getSpec().getContainers())) {
            for (Container container : containers == null ? List.<Container>of() : containers) {
                if (container.getVolumeMounts() != null) {
                    container.getVolumeMounts().forEach(mount -> names.add(mount.getName()));
                }
                if (container.getVolumeDevices() != null) {
                    container.getVolumeDevices().forEach(device -> names.add(device.getName()));
                }
            }
        }
        return names;
    }

    private @Nullable String missingFor(Volume volume) {
        if (volume.getSecret() != null) {
            var secret = volume.getSecret();
            return secret(secret.getSecretName(), secret.getOptional(), secret.getItems());
        }
        if (volume.getConfigMap() != null) {
            var map = volume.getConfigMap();
            return configMap(map.getName(), map.getOptional(), map.getItems());
        }
        if (volume.getProjected() != null) {
            return projected(volume.getProjected().getSources());
        }
        return volume.getPersistentVolumeClaim() == null
                ? null
                : unbound(volume.getPersistentVolumeClaim().getClaimName());
    }

    /** All that is missing, each once, as Go's list of errors (k8s.io/apimachinery NewAggregate) says it. */
    private @Nullable String projected(@Nullable List<VolumeProjection> sources) {
        Set<String> all = new LinkedHashSet<>();
        for (VolumeProjection source : sources == null ? List.<VolumeProjection>of() : sources) {
            String missing = null;
            if (source.getSecret() != null) {
                var secret = source.getSecret();
                missing = secret(secret.getName(), secret.getOptional(), secret.getItems());
            } else if (source.getConfigMap() != null) {
                var map = source.getConfigMap();
                missing = configMap(map.getName(), map.getOptional(), map.getItems());
            }
            if (missing != null) {
                all.add(missing);
            }
        }
        return all.size() > 1
                ? "[" + String.join(", ", all) + "]"
                : all.stream().findFirst().orElse(null);
    }

    private @Nullable String secret(
            @Nullable String name, @Nullable Boolean optional, @Nullable List<KeyToPath> items) {
        if (Boolean.TRUE.equals(optional)) {
            return null;
        }
        Secret secret = api.find(ResourceType.SECRETS, namespace, name == null ? "" : name);
        return secret == null
                ? References.notFound(true, name)
                : missingKey("references non-existent secret key: ", items, secret.getData(), secret.getStringData());
    }

    private @Nullable String configMap(
            @Nullable String name, @Nullable Boolean optional, @Nullable List<KeyToPath> items) {
        if (Boolean.TRUE.equals(optional)) {
            return null;
        }
        ConfigMap map = api.find(ResourceType.CONFIG_MAPS, namespace, name == null ? "" : name);
        return map == null
                ? References.notFound(false, name)
                : missingKey(
                        "configmap references non-existent config key: ", items, map.getData(), map.getBinaryData());
    }

    private static @Nullable String missingKey(
            String sentence,
            @Nullable List<KeyToPath> items,
            @Nullable Map<String, String> data,
            @Nullable Map<String, String> more) {
        for (KeyToPath item : items == null ? List.<KeyToPath>of() : items) {
            boolean there =
                    data != null && data.containsKey(item.getKey()) || more != null && more.containsKey(item.getKey());
            if (!there) {
                return sentence + item.getKey();
            }
        }
        return null;
    }

    /** Of a pod that the scheduler put on its node all claims are bound. Others may come without. */
    private @Nullable String unbound(String name) {
        PersistentVolumeClaim claim = api.find(ResourceType.PERSISTENT_VOLUME_CLAIMS, namespace, name);
        if (claim == null) {
            return "persistentvolumeclaim \"" + name + "\" not found";
        }
        boolean bound =
                claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
        return bound ? null : "PVC " + namespace + "/" + name + " is not bound";
    }
}
