// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The defaults of every kind, as Kubernetes' API documents them, and the Gateway API. */
public final class Defaults {
    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final int REVISION_HISTORY_LIMIT = 10;
    private static final int PROGRESS_DEADLINE_SECONDS = 600;

    private Defaults() {}

    /**
     * Fills in what pods have and templates have not: links to Services, and what is limited and not requested is requested in full.
     *
     * @param spec is changed, but not what it has: that may be a template's
     */
    public static void completePod(PodSpec spec) {
        PodDefaults.completePod(spec);
    }

    /**
     * Fills in what is missing. An object that has its defaults is not changed.
     *
     * @param minor the minor version of Kubernetes whose defaults they are, such as 37
     */
    public static void setOn(HasMetadata object, int minor) {
        object.getMetadata()
                .setGenerateName(ZeroValues.said(object.getMetadata().getGenerateName()));
        if (object instanceof Deployment deployment) {
            deployment(deployment);
        } else if (object instanceof ReplicaSet set && set.getSpec() != null) {
            if (set.getSpec().getReplicas() == null) {
                set.getSpec().setReplicas(1);
            }
            set.getSpec().setMinReadySeconds(ZeroValues.said(set.getSpec().getMinReadySeconds()));
            PodDefaults.setOn(set.getSpec().getTemplate());
        } else if (object instanceof StatefulSet set && set.getSpec() != null) {
            StatefulSetDefaults.setOn(set.getSpec(), minor);
        } else if (object instanceof DaemonSet set && set.getSpec() != null) {
            DaemonSetDefaults.setOn(set.getSpec());
        } else if (object instanceof Pod pod && pod.getSpec() != null) {
            PodDefaults.setOn(pod.getSpec());
            PodDefaults.completePod(pod.getSpec());
        } else if (object instanceof Service service && service.getSpec() != null) {
            ServiceDefaults.setOn(service.getSpec());
        } else if (object instanceof HTTPRoute route && route.getSpec() != null) {
            RouteDefaults.setOn(route.getSpec());
        } else if (object instanceof RoleBinding binding) {
            binding.setRoleRef(role(binding.getRoleRef()));
            subjects(binding.getSubjects());
        } else if (object instanceof ClusterRoleBinding binding) {
            binding.setRoleRef(role(binding.getRoleRef()));
            subjects(binding.getSubjects());
        } else if (object instanceof PersistentVolumeClaim claim && claim.getSpec() != null) {
            VolumeDefaults.setOnClaim(claim.getSpec());
        } else if (object instanceof PersistentVolume volume && volume.getSpec() != null) {
            VolumeDefaults.setOn(volume.getSpec());
            ZeroValues.dropFrom(volume);
        } else if (object instanceof StorageClass storage) {
            VolumeDefaults.setOn(storage);
        } else if (object instanceof Secret secret) {
            secret(secret);
        } else if (object instanceof Namespace namespace) {
            namespace(namespace);
        } else {
            rarer(object);
        }
    }

    private static void rarer(HasMetadata object) {
        if (object instanceof EndpointSlice slice) {
            EndpointSliceDefaults.setOn(slice);
        } else if (object instanceof Event event) {
            EventDefaults.setOn(event);
            ZeroValues.dropFrom(event);
        } else if (object instanceof Node node) {
            NodeDefaults.setOn(node);
            ZeroValues.dropFrom(node);
        } else if (object instanceof ControllerRevision revision) {
            revision.setRevision(Objects.requireNonNullElse(revision.getRevision(), 0L));
        }
    }

    private static void deployment(Deployment deployment) {
        DeploymentSpec spec = deployment.getSpec();
        if (spec == null) {
            return;
        }
        if (spec.getReplicas() == null) {
            spec.setReplicas(1);
        }
        if (spec.getRevisionHistoryLimit() == null) {
            spec.setRevisionHistoryLimit(REVISION_HISTORY_LIMIT);
        }
        if (spec.getProgressDeadlineSeconds() == null) {
            spec.setProgressDeadlineSeconds(PROGRESS_DEADLINE_SECONDS);
        }
        spec.setMinReadySeconds(ZeroValues.said(spec.getMinReadySeconds()));
        spec.setPaused(ZeroValues.said(spec.getPaused()));
        if (spec.getStrategy() == null) {
            spec.setStrategy(new DeploymentStrategy());
        }
        strategy(spec.getStrategy());
        PodDefaults.setOn(spec.getTemplate());
    }

    private static void strategy(DeploymentStrategy strategy) {
        if (Texts.isEmpty(strategy.getType())) {
            strategy.setType("RollingUpdate");
        }
        if (strategy.getType().equals("RollingUpdate")) {
            if (strategy.getRollingUpdate() == null) {
                strategy.setRollingUpdate(new RollingUpdateDeployment());
            }
            RollingUpdateDeployment rolling = strategy.getRollingUpdate();
            if (rolling.getMaxUnavailable() == null) {
                rolling.setMaxUnavailable(new IntOrString("25%"));
            }
            if (rolling.getMaxSurge() == null) {
                rolling.setMaxSurge(new IntOrString("25%"));
            }
        }
    }

    private static RoleRef role(@Nullable RoleRef said) {
        RoleRef role = said == null ? new RoleRef() : said;
        if (Texts.isEmpty(role.getApiGroup())) {
            role.setApiGroup(RBAC);
        }
        return role;
    }

    private static void subjects(@Nullable List<Subject> subjects) {
        for (int i = 0; subjects != null && i < subjects.size(); i++) {
            Subject subject = subjects.get(i);
            boolean person = "User".equals(subject.getKind()) || "Group".equals(subject.getKind());
            if (person && Texts.isEmpty(subject.getApiGroup())) {
                subject.setApiGroup(RBAC);
            }
            subject.setApiGroup(ZeroValues.said(subject.getApiGroup()));
            subject.setNamespace(ZeroValues.said(subject.getNamespace()));
        }
    }

    private static void secret(Secret secret) {
        if (Texts.isEmpty(secret.getType())) {
            secret.setType("Opaque");
        }
        if (secret.getStringData() != null && !secret.getStringData().isEmpty()) {
            Map<String, String> data = new LinkedHashMap<>();
            if (secret.getData() != null) {
                data.putAll(secret.getData());
            }
            secret.getStringData()
                    .forEach((key, text) ->
                            data.put(key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
            secret.setData(data);
        }
        // Write-only: the server never shows it again.
        secret.setStringData(null);
    }

    private static void namespace(Namespace namespace) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (namespace.getMetadata().getLabels() != null) {
            labels.putAll(namespace.getMetadata().getLabels());
        }
        if (namespace.getMetadata().getName() != null) {
            labels.put("kubernetes.io/metadata.name", namespace.getMetadata().getName());
        }
        namespace.getMetadata().setLabels(labels);
        if (namespace.getSpec() == null
                || namespace.getSpec().getFinalizers() == null
                || namespace.getSpec().getFinalizers().isEmpty()) {
            NamespaceSpec spec = new NamespaceSpec();
            spec.setFinalizers(List.of("kubernetes"));
            namespace.setSpec(spec);
        }
    }
}
