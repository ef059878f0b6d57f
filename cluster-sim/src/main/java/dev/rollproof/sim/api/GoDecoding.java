// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.api.patch.ListKeys;
import dev.rollproof.sim.api.validation.Quantities;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What Go says of values that are of another type than their fields: three decoders, each in its own words. */
final class GoDecoding {
    /** The fields that have a type of their own in Go and are texts here, of all objects alike. */
    private static final Map<String, String> NAMED_TEXTS = Map.ofEntries(
            Map.entry("imagePullPolicy", "v1.PullPolicy"),
            Map.entry("terminationMessagePolicy", "v1.TerminationMessagePolicy"),
            Map.entry("dnsPolicy", "v1.DNSPolicy"),
            Map.entry("preemptionPolicy", "v1.PreemptionPolicy"),
            Map.entry("protocol", "v1.Protocol"),
            Map.entry("sessionAffinity", "v1.ServiceAffinity"),
            Map.entry("externalTrafficPolicy", "v1.ServiceExternalTrafficPolicy"),
            Map.entry("internalTrafficPolicy", "v1.ServiceInternalTrafficPolicy"),
            Map.entry("ipFamilyPolicy", "v1.IPFamilyPolicy"),
            Map.entry("ipFamilies", "v1.IPFamily"),
            Map.entry("scheme", "v1.URIScheme"),
            Map.entry("effect", "v1.TaintEffect"),
            Map.entry("podManagementPolicy", "v1.PodManagementPolicyType"),
            Map.entry("accessModes", "v1.PersistentVolumeAccessMode"),
            Map.entry("volumeMode", "v1.PersistentVolumeMode"),
            Map.entry("persistentVolumeReclaimPolicy", "v1.PersistentVolumeReclaimPolicy"),
            Map.entry("mountPropagation", "v1.MountPropagationMode"),
            Map.entry("conditionType", "v1.PodConditionType"),
            Map.entry("whenUnsatisfiable", "v1.UnsatisfiableConstraintAction"),
            Map.entry("unhealthyPodEvictionPolicy", "v1.UnhealthyPodEvictionPolicyType"),
            Map.entry("scopes", "v1.ResourceQuotaScope"),
            Map.entry("whenDeleted", "v1.PersistentVolumeClaimRetentionPolicyType"),
            Map.entry("whenScaled", "v1.PersistentVolumeClaimRetentionPolicyType"),
            Map.entry("medium", "v1.StorageMedium"),
            Map.entry("addressType", "v1.AddressType"),
            Map.entry("reclaimPolicy", "v1.PersistentVolumeReclaimPolicy"),
            Map.entry("volumeBindingMode", "v1.VolumeBindingMode"),
            Map.entry("scopeName", "v1.ResourceQuotaScope"),
            Map.entry("HostPathVolumeSource.type", "v1.HostPathType"),
            Map.entry("ScopedResourceSelectorRequirement.operator", "v1.ScopeSelectorOperator"),
            Map.entry("NodeAddress.type", "v1.NodeAddressType"),
            Map.entry("PersistentVolumeClaimStatus.phase", "v1.PersistentVolumeClaimPhase"),
            Map.entry("PersistentVolumeStatus.phase", "v1.PersistentVolumePhase"),
            Map.entry("NodeStatus.phase", "v1.NodePhase"),
            Map.entry("ModifyVolumeStatus.status", "v1.PersistentVolumeClaimModifyVolumeStatus"),
            Map.entry("uid", "types.UID"),
            Map.entry("stopSignal", "v1.Signal"),
            Map.entry("PodOS.name", "v1.OSName"),
            Map.entry("Capabilities.add", "v1.Capability"),
            Map.entry("Capabilities.drop", "v1.Capability"),
            Map.entry("NamespaceSpec.finalizers", "v1.FinalizerName"),
            Map.entry("NamespaceStatus.phase", "v1.NamespacePhase"),
            Map.entry("PodStatus.phase", "v1.PodPhase"),
            Map.entry("Container.restartPolicy", "v1.ContainerRestartPolicy"),
            Map.entry("PodSpec.restartPolicy", "v1.RestartPolicy"),
            Map.entry("Toleration.operator", "v1.TolerationOperator"),
            Map.entry("LabelSelectorRequirement.operator", "v1.LabelSelectorOperator"),
            Map.entry("NodeSelectorRequirement.operator", "v1.NodeSelectorOperator"),
            Map.entry("ServiceSpec.type", "v1.ServiceType"),
            Map.entry("Secret.type", "v1.SecretType"),
            Map.entry("DeploymentStrategy.type", "v1.DeploymentStrategyType"),
            Map.entry("StatefulSetUpdateStrategy.type", "v1.StatefulSetUpdateStrategyType"),
            Map.entry("DaemonSetUpdateStrategy.type", "v1.DaemonSetUpdateStrategyType"));

    /** Whose name is a part of its own in Go. */
    private static final Set<String> REFERRING = Set.of(
            "ConfigMapVolumeSource",
            "ConfigMapKeySelector",
            "SecretKeySelector",
            "ConfigMapEnvSource",
            "SecretEnvSource",
            "ConfigMapProjection",
            "SecretProjection");

    private GoDecoding() {}

    /** As encoding/json says it, of an object that is created or replaced. */
    static String ofJson(Mistyped wrong, Class<?> root) {
        String notATime = wrong.notATime();
        if (notATime != null) {
            return notATime;
        }
        if (wrong.wanted() == Quantity.class) {
            return Quantities.NONE;
        }
        return "json: cannot unmarshal " + json(wrong) + " into Go struct field "
                + wrong.owner().getSimpleName() + "." + path(wrong, root) + " of type " + type(wrong);
    }

    private static String json(Mistyped wrong) {
        Object found = wrong.found();
        if (found instanceof Number number) {
            return isNumeric(wrong.wanted()) ? "number " + number : "number";
        }
        return found instanceof String
                ? "string"
                : found instanceof Boolean ? "bool" : found instanceof List ? "array" : "object";
    }

    private static boolean isNumeric(Type type) {
        return type == Integer.class || type == Long.class || type == IntOrString.class;
    }

    /** Without places in lists and keys of maps, and with the parts that Go embeds. */
    private static String path(Mistyped wrong, Class<?> root) {
        List<String> steps = new ArrayList<>();
        Type at = root;
        for (Object step : wrong.path()) {
            if (at instanceof ParameterizedType generic) {
                at = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
                continue;
            }
            Class<?> owner = (Class<?>) at;
            String name = String.valueOf(step);
            if (owner == Volume.class && !name.equals("name")) {
                steps.add("VolumeSource");
            } else if (owner == PersistentVolumeSpec.class && isSource(Mistyped.typeOf(owner, name), name)) {
                steps.add("PersistentVolumeSource");
            } else if (owner == Probe.class
                    && Set.of("exec", "httpGet", "tcpSocket", "grpc").contains(name)) {
                steps.add("ProbeHandler");
            } else if (REFERRING.contains(owner.getSimpleName()) && name.equals("name")) {
                steps.add("LocalObjectReference");
            }
            steps.add(name);
            at = Mistyped.typeOf(owner, name);
        }
        return String.join(".", steps);
    }

    /** Of a volume all that is a model says where its data are, but for who has it and where it can be reached. */
    private static boolean isSource(Type type, String field) {
        return type instanceof Class<?> model
                && KubernetesResource.class.isAssignableFrom(model)
                && !field.equals("claimRef")
                && !field.equals("nodeAffinity");
    }

    private static String type(Mistyped wrong) {
        if (wrong.field().equals("disruptedPods") && !wrong.isEntry()) {
            return "map[string]v1.Time";
        }
        return isBase64(wrong) ? (wrong.isEntry() ? "[]uint8" : "map[string][]uint8") : type(wrong.wanted(), wrong);
    }

    private static boolean isBase64(Mistyped wrong) {
        String owner = wrong.owner().getSimpleName();
        return owner.equals("Secret") && wrong.field().equals("data")
                || owner.equals("ConfigMap") && wrong.field().equals("binaryData");
    }

    private static String type(Type type, Mistyped wrong) {
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == List.class) {
                return "[]" + type(element, wrong);
            }
            return element == Quantity.class ? "v1.ResourceList" : "map[string]" + type(element, wrong);
        }
        if (type == String.class) {
            String field = wrong.field();
            String owner = wrong.owner().getSimpleName();
            if (owner.endsWith("Condition") && field.equals("status")) {
                return "v1.ConditionStatus";
            }
            // Of conditions of all kinds alike the type is a plain text.
            if (owner.endsWith("Condition") && !owner.equals("Condition") && field.equals("type")) {
                return "v1." + owner + "Type";
            }
            String named = NAMED_TEXTS.get(owner + "." + field);
            return named == null ? NAMED_TEXTS.getOrDefault(field, "string") : named;
        }
        if (type == Integer.class || type == IntOrString.class) {
            return "int32";
        }
        if (type == MicroTime.class) {
            return "string";
        }
        return type == Long.class
                ? "int64"
                : type == Boolean.class ? "bool" : "v1." + ((Class<?>) type).getSimpleName();
    }

    /** As the converter of unstructured objects says it, of an object that was patched strategically. */
    static String ofConversion(Mistyped wrong) {
        String notATime = wrong.notATime();
        if (notATime != null) {
            return notATime;
        }
        Type wanted = wrong.wanted();
        if (wanted == Quantity.class) {
            return Quantities.NONE;
        }
        if (wanted == IntOrString.class) {
            return "json: cannot unmarshal " + json(wrong) + " into Go value of type int32";
        }
        String found = goType(wrong.found());
        if (wanted instanceof ParameterizedType generic) {
            return "cannot restore " + (generic.getRawType() == List.class ? "slice" : "map") + " from " + found;
        }
        String type = type(wanted, wrong);
        if (type.startsWith("v1.") && wanted != String.class) {
            return "cannot restore struct from: " + found;
        }
        boolean converts = wrong.found() instanceof Number && wanted != Boolean.class
                || wrong.found() instanceof Boolean && wanted == String.class;
        return converts ? "cannot convert " + found + " to " + type : "unrecognized type: " + type;
    }

    private static String goType(Object found) {
        if (found instanceof Number) {
            return found instanceof Integer || found instanceof Long ? "int64" : "float64";
        }
        return found instanceof String
                ? "string"
                : found instanceof Boolean ? "bool" : found instanceof List ? "slice" : "map";
    }

    /** As server-side apply says it, after the place in the object. */
    static String ofApply(Mistyped wrong, Map<?, ?> tree) {
        Type wanted = wrong.wanted();
        String expected;
        if (wanted == Integer.class || wanted == Long.class) {
            expected = "expected numeric (int or float), got " + goType(wrong.found());
        } else if (wanted == String.class) {
            expected = "expected string, got &value.valueUnstructured{Value:" + GoText.of(wrong.found()) + "}";
        } else {
            String kind = wanted == Boolean.class
                    ? "boolean"
                    : wanted == Quantity.class || wanted == IntOrString.class
                            ? "any scalar"
                            : wanted instanceof ParameterizedType generic && generic.getRawType() == List.class
                                    ? "list"
                                    : "map";
            expected = "expected " + kind + ", got &{" + GoText.of(wrong.found()) + "}";
        }
        return place(wrong, tree) + ": " + expected;
    }

    private static String place(Mistyped wrong, Map<?, ?> tree) {
        StringBuilder place = new StringBuilder();
        @Nullable Object at = tree;
        String list = "";
        for (Object step : wrong.path()) {
            if (step instanceof Integer index && at instanceof List<?> items) {
                place.append('[').append(key(list, items, index)).append(']');
                at = items.get(index);
            } else {
                list = String.valueOf(step);
                place.append('.').append(list);
                at = at instanceof Map<?, ?> map ? map.get(step) : null;
            }
        }
        return place.toString();
    }

    private static String key(String list, List<?> items, int index) {
        if (!(items.get(index) instanceof Map<?, ?> item)) {
            return String.valueOf(index);
        }
        List<String> keys =
                ListKeys.of(list, item.keySet().stream().map(String::valueOf).collect(Collectors.toSet()));
        return keys.isEmpty()
                ? String.valueOf(index)
                : keys.stream()
                        .map(key ->
                                key + "=" + (item.get(key) instanceof String text ? "\"" + text + "\"" : item.get(key)))
                        .collect(Collectors.joining(","));
    }
}
