// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import dev.rollproof.sim.api.validation.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the API server warns of in objects that it accepts: what is deprecated, works no more, or is probably meant otherwise.
 * Of addresses and ranges that are not written as they should be, nothing is said here. Source: the strategies in pkg/registry.
 */
public final class Warnings {
    private static final String MOUNTABLE_SECRETS = "kubernetes.io/enforce-mountable-secrets";

    private Warnings() {}

    /**
     * Of an object that was created.
     *
     * @param minor the minor version of Kubernetes whose texts are said, such as 37
     */
    public static List<String> ofNew(HasMetadata object, int minor) {
        List<String> found = new ArrayList<>();
        if (object instanceof Pod pod) {
            // A real server looks at these before anything else: of pods it makes fields of them.
            ContainerWarnings.addAppArmor(pod.getMetadata(), pod.getSpec(), found);
        }
        name(object, found);
        if (object instanceof Pod pod) {
            PodWarnings.add("", pod.getMetadata(), pod.getSpec(), found);
        } else if (object instanceof ResourceQuota quota) {
            VolumeWarnings.quota(quota, found);
        } else if (object instanceof EndpointSlice slice && "FQDN".equals(slice.getAddressType())) {
            found.add("spec.addressType: FQDN endpoints are deprecated");
        } else if (object instanceof ServiceAccount account) {
            mountableSecrets(account, found);
        }
        template(object, found);
        others(object, "", minor, found);
        return found;
    }

    /**
     * Of an object that took the place of another, or was to and is the same.
     *
     * @param minor the minor version of Kubernetes whose texts are said, such as 37
     */
    public static List<String> ofUpdate(HasMetadata object, HasMetadata before, int minor) {
        List<String> found = new ArrayList<>();
        boolean changed = object instanceof DaemonSet set && before instanceof DaemonSet was
                ? !set.getSpec().getTemplate().equals(was.getSpec().getTemplate())
                : !Objects.equals(
                        object.getMetadata().getGeneration(),
                        before.getMetadata().getGeneration());
        if (changed) {
            template(object, found);
        }
        if (object instanceof ServiceAccount account && !annotations(before).containsKey(MOUNTABLE_SECRETS)) {
            mountableSecrets(account, found);
        }
        others(object, ".Spec", minor, found);
        return found;
    }

    private static void name(HasMetadata object, List<String> found) {
        boolean ofPods = object instanceof Deployment || object instanceof ReplicaSet;
        if (!ofPods && !(object instanceof Pod)) {
            return;
        }
        List<String> wrong = Names.label(object.getMetadata().getName());
        if (!wrong.isEmpty()) {
            found.add("metadata.name: this is used in "
                    + (ofPods ? "Pod names and hostnames" : "the Pod's hostname")
                    + ", which can result in surprising behavior; a DNS label is recommended: ["
                    + String.join(" ", wrong) + "]");
        }
    }

    private static void template(HasMetadata object, List<String> found) {
        PodTemplateSpec template;
        if (object instanceof Deployment deployment) {
            template = deployment.getSpec().getTemplate();
        } else if (object instanceof ReplicaSet set) {
            template = set.getSpec().getTemplate();
        } else if (object instanceof StatefulSet set) {
            template = set.getSpec().getTemplate();
        } else if (object instanceof DaemonSet set) {
            template = set.getSpec().getTemplate();
        } else {
            return;
        }
        ObjectMeta metadata = Objects.requireNonNullElseGet(template.getMetadata(), ObjectMeta::new);
        PodWarnings.add("spec.template.", metadata, template.getSpec(), found);
    }

    /** What is said of every write, whether it creates or changes. */
    private static void others(HasMetadata object, String claimSpec, int minor, List<String> found) {
        if (object instanceof StatefulSet set) {
            statefulSet(set, claimSpec, found);
        } else if (object instanceof Service service) {
            ServiceWarnings.add(service, minor, found);
        } else if (object instanceof PersistentVolumeClaim claim) {
            VolumeWarnings.claim(claim, found);
        } else if (object instanceof PersistentVolume volume) {
            VolumeWarnings.volume(volume, found);
        } else if (object instanceof StorageClass storage) {
            VolumeWarnings.storageClass(storage, found);
        } else if (object instanceof Secret secret) {
            SecretWarnings.add(secret, found);
        } else if (object instanceof Node node
                && node.getSpec() != null
                && node.getSpec().getExternalID() != null) {
            found.add("spec.externalID: this field is deprecated, and is unused by Kubernetes");
        }
    }

    /** @param claimSpec what Kubernetes 1.37 puts into the path of a claim's field where a StatefulSet is changed */
    private static void statefulSet(StatefulSet set, String claimSpec, List<String> found) {
        List<PersistentVolumeClaim> claims =
                Objects.requireNonNullElse(set.getSpec().getVolumeClaimTemplates(), List.of());
        for (int i = 0; i < claims.size(); i++) {
            VolumeWarnings.claimSpec(
                    claims.get(i).getSpec(), "spec.volumeClaimTemplates[" + i + "]" + claimSpec, found);
        }
        Integer kept = set.getSpec().getRevisionHistoryLimit();
        if (kept != null && kept < 0) {
            found.add("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is"
                    + " recommended");
        }
    }

    private static void mountableSecrets(ServiceAccount account, List<String> found) {
        if (annotations(account).containsKey(MOUNTABLE_SECRETS)) {
            found.add("metadata.annotations[" + MOUNTABLE_SECRETS
                    + "]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets");
        }
    }

    private static Map<String, String> annotations(HasMetadata object) {
        return Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of());
    }
}
