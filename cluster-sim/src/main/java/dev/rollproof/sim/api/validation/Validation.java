// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetSpec;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.runtime.RawExtension;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** What the API server says to an object of any kind, once it has its defaults. */
public final class Validation {
    private Validation() {}

    /**
     * Checks an object that is to be created.
     *
     * @param minor the minor version of Kubernetes whose rules and texts are played, such as 37
     */
    public static FieldErrors ofNew(HasMetadata object, int minor) {
        FieldErrors errors = new FieldErrors(minor);
        MetadataValidation.validate(object.getMetadata(), nameRule(object, minor), errors);
        contents(object, minor, errors);
        return errors;
    }

    private static Function<String, List<String>> nameRule(HasMetadata object, int minor) {
        if (object instanceof Service) {
            return minor < 36 ? Names::olderServiceName : Names::label;
        }
        if (object instanceof Namespace || object instanceof StatefulSet) {
            return Names::label;
        }
        boolean needsNoDomainName = object instanceof PodDisruptionBudget
                || object.getApiVersion() != null && object.getApiVersion().startsWith("rbac.");
        return needsNoDomainName ? Names::pathSegment : Names::subdomain;
    }

    /**
     * Checks an object that is to replace another.
     *
     * @param minor the minor version of Kubernetes whose rules and texts are played, such as 37
     */
    public static FieldErrors ofUpdate(HasMetadata object, HasMetadata stored, int minor) {
        FieldErrors errors = ofNewMetadata(object.getMetadata(), stored.getMetadata(), minor);
        if (!(object instanceof Pod)) {
            contents(object, minor, errors);
        }
        Immutable.check(object, stored, minor, errors);
        return errors;
    }

    /**
     * Checks metadata that is to replace that of an object which otherwise stays as it is.
     *
     * @param minor the minor version of Kubernetes whose rules and texts are played, such as 37
     */
    public static FieldErrors ofNewMetadata(ObjectMeta metadata, ObjectMeta stored, int minor) {
        FieldErrors errors = new FieldErrors(minor);
        MetadataValidation.parts(metadata, "metadata", errors);
        MetadataValidation.update(metadata, stored, errors);
        return errors;
    }

    private static void contents(HasMetadata object, int minor, FieldErrors errors) {
        if (object instanceof Deployment deployment) {
            WorkloadValidation.deployment(
                    Objects.requireNonNullElseGet(deployment.getSpec(), DeploymentSpec::new), minor, errors);
        } else if (object instanceof ReplicaSet replicaSet) {
            WorkloadValidation.replicaSet(
                    Objects.requireNonNullElseGet(replicaSet.getSpec(), ReplicaSetSpec::new), minor, errors);
        } else if (object instanceof Pod pod) {
            PodSpecValidation.pod(Objects.requireNonNullElseGet(pod.getSpec(), PodSpec::new), minor, errors);
        } else if (object instanceof Service service) {
            new ServiceValidation(Objects.requireNonNullElseGet(service.getSpec(), ServiceSpec::new), minor, errors)
                    .validate();
        } else if (object instanceof HTTPRoute route) {
            RouteValidation.validate(route, errors);
        } else if (object instanceof ConfigMap map) {
            configMap(map, errors);
        } else if (object instanceof Secret secret) {
            secret(secret, errors);
        } else if (object instanceof ResourceQuota quota) {
            QuotaValidation.validate(quota, errors);
        } else if (object instanceof Event event) {
            new EventValidation(event, errors).validate();
        } else if (object instanceof StatefulSet set) {
            StatefulSetValidation.validate(
                    Objects.requireNonNullElseGet(set.getSpec(), StatefulSetSpec::new), minor, errors);
        } else if (object instanceof DaemonSet set) {
            DaemonSetValidation.validate(
                    Objects.requireNonNullElseGet(set.getSpec(), DaemonSetSpec::new), minor, errors);
        } else if (object instanceof ControllerRevision revision) {
            revision(revision, errors);
        } else if (object instanceof PersistentVolumeClaim claim) {
            VolumeValidation.claim(claim.getSpec(), "spec", errors);
        } else if (object instanceof PersistentVolume volume) {
            new PersistentVolumeValidation(volume.getSpec(), minor, errors).validate();
        } else if (object instanceof StorageClass storage) {
            VolumeValidation.storageClass(storage, errors);
        } else if (object instanceof PodDisruptionBudget budget) {
            BudgetValidation.validate(
                    Objects.requireNonNullElseGet(budget.getSpec(), PodDisruptionBudgetSpec::new), errors);
        } else if (object instanceof EndpointSlice slice) {
            new EndpointSliceValidation(minor, errors).validate(slice);
        } else if (object instanceof Node node) {
            new NodeValidation(errors).validate(node);
        } else if (object instanceof Namespace namespace && namespace.getSpec() != null) {
            for (String finalizer : Lists.orEmpty(namespace.getSpec().getFinalizers())) {
                MetadataValidation.finalizer(finalizer, "spec.finalizers", "", errors);
            }
        } else {
            roles(object, minor, errors);
        }
    }

    private static void roles(HasMetadata object, int minor, FieldErrors errors) {
        if (object instanceof Role role) {
            RbacValidation.rules(role.getRules(), true, minor, errors);
        } else if (object instanceof ClusterRole role) {
            RbacValidation.clusterRole(role, minor, errors);
        } else if (object instanceof RoleBinding binding) {
            RbacValidation.binding(binding.getRoleRef(), binding.getSubjects(), true, minor, errors);
        } else if (object instanceof ClusterRoleBinding binding) {
            RbacValidation.binding(binding.getRoleRef(), binding.getSubjects(), false, minor, errors);
        }
    }

    private static void revision(ControllerRevision revision, FieldErrors errors) {
        Long number = revision.getRevision();
        if (number != null && number < 0) {
            errors.invalid("revision", number, Names.NON_NEGATIVE);
        }
        Object data = revision.getData() instanceof RawExtension raw ? raw.getValue() : revision.getData();
        if (data == null) {
            errors.required("data", "data is mandatory");
        } else if (data instanceof String
                || data instanceof Number
                || data instanceof Boolean
                || data instanceof List) {
            errors.required("data", "data must be a valid JSON object");
        }
    }

    private static void configMap(ConfigMap map, FieldErrors errors) {
        Map<String, String> binary = map.getBinaryData() == null ? Map.of() : map.getBinaryData();
        Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
        data.keySet().forEach(key -> {
            Names.configKey(key).forEach(wrong -> errors.invalid("data[" + key + "]", key, wrong));
            if (binary.containsKey(key)) {
                errors.invalid("data[" + key + "]", key, "duplicate of key present in binaryData");
            }
        });
        binary.keySet()
                .forEach(key ->
                        Names.configKey(key).forEach(wrong -> errors.invalid("binaryData[" + key + "]", key, wrong)));
    }

    private static void secret(Secret secret, FieldErrors errors) {
        Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
        data.keySet()
                .forEach(key -> Names.configKey(key).forEach(wrong -> errors.invalid("data[" + key + "]", key, wrong)));
        if ("kubernetes.io/dockerconfigjson".equals(secret.getType()) && !data.containsKey(".dockerconfigjson")) {
            errors.required("data[.dockerconfigjson]");
        }
        if ("kubernetes.io/tls".equals(secret.getType())) {
            for (String key : new String[] {"tls.crt", "tls.key"}) {
                if (!data.containsKey(key)) {
                    errors.required("data[" + key + "]");
                }
            }
        }
    }
}
