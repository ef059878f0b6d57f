// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.Map;
import java.util.Objects;

/** What the API server says to an object of any kind, once it has its defaults. */
public final class Validation {
    private Validation() {}

    /** Checks an object that is to be created. */
    public static FieldErrors ofNew(HasMetadata object) {
        FieldErrors errors = new FieldErrors();
        MetadataValidation.validate(object.getMetadata(), object instanceof Namespace, errors);
        contents(object, errors);
        return errors;
    }

    /** Checks an object that is to replace another. */
    public static FieldErrors ofUpdate(HasMetadata object, HasMetadata stored) {
        FieldErrors errors = new FieldErrors();
        MetadataValidation.parts(object.getMetadata(), "metadata", errors);
        MetadataValidation.update(object.getMetadata(), stored.getMetadata(), errors);
        if (!(object instanceof Pod)) {
            contents(object, errors);
        }
        Immutable.check(object, stored, errors);
        return errors;
    }

    private static void contents(HasMetadata object, FieldErrors errors) {
        if (object instanceof Deployment deployment) {
            WorkloadValidation.deployment(
                    Objects.requireNonNullElseGet(deployment.getSpec(), DeploymentSpec::new), errors);
        } else if (object instanceof ReplicaSet replicaSet) {
            WorkloadValidation.replicaSet(
                    Objects.requireNonNullElseGet(replicaSet.getSpec(), ReplicaSetSpec::new), errors);
        } else if (object instanceof Pod pod) {
            PodSpecValidation.validate(Objects.requireNonNullElseGet(pod.getSpec(), PodSpec::new), "spec", errors);
        } else if (object instanceof Service service) {
            ServiceValidation.validate(Objects.requireNonNullElseGet(service.getSpec(), ServiceSpec::new), errors);
        } else if (object instanceof HTTPRoute route) {
            RouteValidation.validate(route, errors);
        } else if (object instanceof ConfigMap map) {
            configMap(map, errors);
        } else if (object instanceof Secret secret) {
            secret(secret, errors);
        } else if (object instanceof ResourceQuota quota) {
            QuotaValidation.validate(quota, errors);
        } else if (object instanceof Event event) {
            event(event, errors);
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

    private static void event(Event event, FieldErrors errors) {
        String regarding =
                event.getInvolvedObject() == null || event.getInvolvedObject().getNamespace() == null
                        ? ""
                        : event.getInvolvedObject().getNamespace();
        String own = event.getMetadata().getNamespace();
        if (regarding.isEmpty() ? !"default".equals(own) && !"kube-system".equals(own) : !regarding.equals(own)) {
            errors.invalid("involvedObject.namespace", regarding, "does not match event.namespace");
        }
    }
}
