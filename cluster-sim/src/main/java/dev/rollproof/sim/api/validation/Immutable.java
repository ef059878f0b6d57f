// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.ServiceReach;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What may not change any more once an object is stored. */
final class Immutable {
    private static final String FIELD = "field is immutable";
    private static final String ONCE_SET = "may not change once set";
    private static final String WHEN_SET = "field is immutable when `immutable` is set";

    private Immutable() {}

    static void check(HasMetadata object, HasMetadata stored, int minor, FieldErrors errors) {
        if (object instanceof Deployment now && stored instanceof Deployment before) {
            selector(now.getSpec().getSelector(), before.getSpec().getSelector(), errors);
        } else if (object instanceof ReplicaSet now && stored instanceof ReplicaSet before) {
            selector(now.getSpec().getSelector(), before.getSpec().getSelector(), errors);
        } else if (object instanceof StatefulSet now && stored instanceof StatefulSet before) {
            StatefulSetValidation.unchanged(now.getSpec(), before.getSpec(), minor, errors);
        } else if (object instanceof DaemonSet now && stored instanceof DaemonSet before) {
            selector(now.getSpec().getSelector(), before.getSpec().getSelector(), errors);
        } else if (object instanceof ControllerRevision now && stored instanceof ControllerRevision before) {
            unchanged("data", now.getData(), before.getData(), errors);
        } else if (object instanceof Pod now && stored instanceof Pod before) {
            pod(now.getSpec(), before.getSpec(), errors);
        } else if (object instanceof Service now && stored instanceof Service before) {
            service(now.getSpec(), before.getSpec(), errors);
        } else if (object instanceof ConfigMap now && stored instanceof ConfigMap before) {
            configMap(now, before, errors);
        } else if (object instanceof Secret now && stored instanceof Secret before) {
            secret(now, before, errors);
        } else if (object instanceof ResourceQuota now && stored instanceof ResourceQuota before) {
            unchanged("spec.scopes", now.getSpec().getScopes(), before.getSpec().getScopes(), errors);
        } else if (object instanceof PersistentVolumeClaim now && stored instanceof PersistentVolumeClaim before) {
            VolumeValidation.unchanged(now, before, errors);
        } else if (object instanceof EndpointSlice now && stored instanceof EndpointSlice before) {
            addressType(now.getAddressType(), before.getAddressType(), minor, errors);
        } else if (object instanceof Node now && stored instanceof Node before) {
            NodeValidation.unchanged(now, before, minor, errors);
        } else if (object instanceof PersistentVolume now && stored instanceof PersistentVolume before) {
            PersistentVolumeValidation.unchanged(now, before, errors);
        } else if (object instanceof StorageClass now && stored instanceof StorageClass before) {
            VolumeValidation.unchanged(now, before, minor, errors);
        } else if (object instanceof RoleBinding now && stored instanceof RoleBinding before) {
            role(now.getRoleRef(), before.getRoleRef(), minor, errors);
        } else if (object instanceof ClusterRoleBinding now && stored instanceof ClusterRoleBinding before) {
            role(now.getRoleRef(), before.getRoleRef(), minor, errors);
        }
    }

    static void selector(@Nullable LabelSelector now, @Nullable LabelSelector before, FieldErrors errors) {
        if (!Objects.equals(now, before)) {
            errors.invalid("spec.selector", now == null ? null : SelectorValidation.shown(now), FIELD);
        }
    }

    static void unchanged(String path, @Nullable Object now, @Nullable Object before, FieldErrors errors) {
        if (!Objects.equals(now, before)) {
            errors.invalid(path, now, FIELD);
        }
    }

    /** Kubernetes 1.37 does not say to what it was to be changed. */
    private static void addressType(String now, String before, int minor, FieldErrors errors) {
        if (minor < 35) {
            unchanged("addressType", now, before, errors);
        } else if (!now.equals(before)) {
            errors.declared().invalid("addressType", null, FIELD);
        }
    }

    /** Kubernetes 1.34 has a text of its own for it, 1.37 that of all such fields. */
    private static void role(RoleRef now, RoleRef before, int minor, FieldErrors errors) {
        if (!now.equals(before)) {
            Map<String, String> shown = new LinkedHashMap<>();
            shown.put("APIGroup", now.getApiGroup());
            shown.put("Kind", now.getKind());
            shown.put("Name", now.getName());
            errors.invalid("roleRef", shown, minor < 35 ? "cannot change roleRef" : FIELD);
        }
    }

    private static void pod(PodSpec now, PodSpec before, FieldErrors errors) {
        if (now == before || now.equals(before)) {
            return;
        }
        if (now.getContainers().size() != before.getContainers().size()) {
            errors.forbidden("spec.containers", "pod updates may not add or remove containers");
            return;
        }
        if (now.getInitContainers().size() != before.getInitContainers().size()) {
            errors.forbidden("spec.initContainers", "pod updates may not add or remove containers");
            return;
        }
        images(now.getContainers(), "spec.containers", errors);
        images(now.getInitContainers(), "spec.initContainers", errors);
        Set<String> gates = names(before.getSchedulingGates());
        List<PodSchedulingGate> left = Lists.orEmpty(now.getSchedulingGates());
        for (int i = 0; i < left.size(); i++) {
            if (!gates.contains(left.get(i).getName())) {
                errors.forbidden(
                        "spec.schedulingGates[" + i + "].name",
                        "only deletion is allowed, but found new scheduling gate '"
                                + left.get(i).getName() + "'");
            }
        }
        PodSpec allowed = new PodSpecBuilder(now)
                .withContainers(withImagesOf(now.getContainers(), before.getContainers()))
                .withInitContainers(withImagesOf(now.getInitContainers(), before.getInitContainers()))
                .withActiveDeadlineSeconds(before.getActiveDeadlineSeconds())
                .withTolerations(before.getTolerations())
                .withSchedulingGates(before.getSchedulingGates())
                .build();
        if (!gates.isEmpty()) {
            nodeSelector(now.getNodeSelector(), before.getNodeSelector(), errors);
            nodeAffinity(ofNodes(now), ofNodes(before), errors);
            allowed.setNodeSelector(before.getNodeSelector());
            allowed.setAffinity(withNodeAffinityOf(now.getAffinity(), before.getAffinity()));
        }
        boolean tolerates = before.getTolerations() == null
                || now.getTolerations() != null && now.getTolerations().containsAll(before.getTolerations());
        if (!allowed.equals(before) || !tolerates) {
            errors.forbidden(
                    "spec",
                    "pod updates may not change fields other than"
                            + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
                            + "`spec.tolerations` (only additions to existing tolerations),"
                            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously"
                            + " negative)");
        }
    }

    private static Set<String> names(@Nullable List<PodSchedulingGate> gates) {
        return Lists.orEmpty(gates).stream().map(PodSchedulingGate::getName).collect(Collectors.toSet());
    }

    /** At a gate, where a pod may go can be narrowed, and not widened. */
    private static void nodeSelector(
            @Nullable Map<String, String> now, @Nullable Map<String, String> before, FieldErrors errors) {
        Map<String, String> wanted = now == null ? Map.of() : now;
        if (before != null && !wanted.entrySet().containsAll(before.entrySet())) {
            errors.invalid(
                    "spec.nodeSelector",
                    wanted,
                    "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        }
    }

    private static List<NodeSelectorTerm> ofNodes(PodSpec spec) {
        NodeAffinity affinity =
                spec.getAffinity() == null ? null : spec.getAffinity().getNodeAffinity();
        NodeSelector required = affinity == null ? null : affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
        return required == null ? List.of() : Lists.orEmpty(required.getNodeSelectorTerms());
    }

    private static void nodeAffinity(List<NodeSelectorTerm> now, List<NodeSelectorTerm> before, FieldErrors errors) {
        String path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
        if (before.isEmpty()) {
            return;
        }
        if (now.size() != before.size()) {
            errors.invalid(path, now, "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }
        for (int i = 0; i < now.size(); i++) {
            NodeSelectorTerm term = now.get(i);
            NodeSelectorTerm old = before.get(i);
            boolean wasEmpty = Lists.orEmpty(old.getMatchExpressions()).isEmpty()
                    && Lists.orEmpty(old.getMatchFields()).isEmpty();
            boolean isNarrower = wasEmpty
                    ? term.equals(old)
                    : beginsWith(term.getMatchExpressions(), old.getMatchExpressions())
                            && beginsWith(term.getMatchFields(), old.getMatchFields());
            if (!isNarrower) {
                errors.invalid(path + "[" + i + "]", term, "only additions are allowed (no mutations or deletions)");
            }
        }
    }

    private static <T> boolean beginsWith(@Nullable List<T> list, @Nullable List<T> beginning) {
        List<T> all = Lists.orEmpty(list);
        List<T> first = Lists.orEmpty(beginning);
        return all.size() >= first.size() && all.subList(0, first.size()).equals(first);
    }

    /** No affinity and one that says nothing are the same. */
    private static @Nullable Affinity withNodeAffinityOf(@Nullable Affinity now, @Nullable Affinity before) {
        Affinity changed = new AffinityBuilder(now == null ? new Affinity() : now)
                .withNodeAffinity(before == null ? null : before.getNodeAffinity())
                .build();
        return before == null && changed.equals(new Affinity()) ? null : changed;
    }

    private static void images(List<Container> containers, String path, FieldErrors errors) {
        for (int i = 0; i < containers.size(); i++) {
            String at = path + "[" + i + "].image";
            if (Texts.isEmpty(containers.get(i).getImage())) {
                errors.required(at);
            }
            PodSpecValidation.image(containers.get(i).getImage(), at, errors);
        }
    }

    private static List<Container> withImagesOf(List<Container> now, List<Container> before) {
        List<Container> containers = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            containers.add(
                    now.get(i).toBuilder().withImage(before.get(i).getImage()).build());
        }
        return containers;
    }

    private static void service(ServiceSpec now, ServiceSpec before, FieldErrors errors) {
        boolean kept = !"ExternalName".equals(now.getType()) && !"ExternalName".equals(before.getType());
        List<String> addresses = Lists.orEmpty(now.getClusterIPs());
        String first = Texts.orEmpty(before.getClusterIP());
        if (kept && !first.isEmpty() && (addresses.isEmpty() || !first.equals(addresses.get(0)))) {
            errors.invalid("spec.clusterIPs[0]", addresses, ONCE_SET);
        }
        if (ServiceReach.isBalanced(now)
                && ServiceReach.isBalanced(before)
                && !Objects.equals(now.getLoadBalancerClass(), before.getLoadBalancerClass())) {
            errors.invalid("spec.loadBalancerClass", now.getLoadBalancerClass(), ONCE_SET);
        }
        if (ServiceReach.isChecked(now)
                && ServiceReach.isChecked(before)
                && !Objects.equals(now.getHealthCheckNodePort(), before.getHealthCheckNodePort())) {
            errors.forbidden("spec.healthCheckNodePort", FIELD);
        }
    }

    private static void configMap(ConfigMap now, ConfigMap before, FieldErrors errors) {
        if (!Boolean.TRUE.equals(before.getImmutable())) {
            return;
        }
        if (!Boolean.TRUE.equals(now.getImmutable())) {
            errors.forbidden("immutable", WHEN_SET);
        }
        if (!Objects.equals(now.getData(), before.getData())) {
            errors.forbidden("data", WHEN_SET);
        }
        if (!Objects.equals(now.getBinaryData(), before.getBinaryData())) {
            errors.forbidden("binaryData", WHEN_SET);
        }
    }

    private static void secret(Secret now, Secret before, FieldErrors errors) {
        unchanged("type", now.getType(), before.getType(), errors);
        if (Boolean.TRUE.equals(before.getImmutable())) {
            if (!Boolean.TRUE.equals(now.getImmutable())) {
                errors.forbidden("immutable", WHEN_SET);
            }
            if (!Objects.equals(now.getData(), before.getData())) {
                errors.forbidden("data", WHEN_SET);
            }
        }
    }
}
