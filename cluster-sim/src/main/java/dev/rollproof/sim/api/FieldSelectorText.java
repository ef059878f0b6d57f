// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A field selector in Kubernetes' text form, such as {@code spec.nodeName=a,status.phase!=Failed}. */
final class FieldSelectorText {
    private record Requirement(Function<HasMetadata, @Nullable String> field, boolean negated, String value) {
        boolean matches(HasMetadata object) {
            return Texts.orEmpty(field.apply(object)).equals(value) != negated;
        }
    }

    private final List<Requirement> requirements;

    private FieldSelectorText(List<Requirement> requirements) {
        this.requirements = requirements;
    }

    static FieldSelectorText parse(ResourceType<?> type, String text) {
        List<Requirement> requirements = new ArrayList<>();
        for (String term : text.split(",")) {
            if (term.isEmpty()) {
                continue;
            }
            String[] sides = term.split("!=|==|=", 2);
            if (sides.length != 2) {
                throw new ClusterException(
                        Reason.BAD_REQUEST, "invalid selector: '" + text + "'; can't understand '" + term + "'");
            }
            Function<HasMetadata, @Nullable String> field = field(type, sides[0]);
            if (field == null) {
                throw new ClusterException(Reason.BAD_REQUEST, notSupported(type, sides[0]));
            }
            requirements.add(new Requirement(field, term.startsWith("!=", sides[0].length()), sides[1]));
        }
        return new FieldSelectorText(requirements);
    }

    private static String notSupported(ResourceType<?> type, String field) {
        boolean hasOwnFields = type == ResourceType.PODS
                || type == ResourceType.EVENTS
                || type == ResourceType.NODES
                || type == ResourceType.NAMESPACES
                || type == ResourceType.SECRETS
                || type == ResourceType.SERVICES;
        return hasOwnFields
                ? "field label not supported: " + field
                : "\"" + field + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
    }

    private static @Nullable Function<HasMetadata, @Nullable String> field(ResourceType<?> type, String name) {
        if (name.equals("metadata.name")) {
            return object -> object.getMetadata().getName();
        }
        if (name.equals("metadata.namespace")) {
            if (type == ResourceType.NODES || type == ResourceType.NAMESPACES) {
                return null;
            }
            return object -> object.getMetadata().getNamespace();
        }
        if (type == ResourceType.PODS) {
            return podField(name);
        }
        if (type == ResourceType.EVENTS) {
            return eventField(name);
        }
        if (type == ResourceType.NODES && name.equals("spec.unschedulable")) {
            return object ->
                    String.valueOf(Boolean.TRUE.equals(((Node) object).getSpec().getUnschedulable()));
        }
        if (type == ResourceType.NAMESPACES && name.equals("status.phase")) {
            return object -> ((Namespace) object).getStatus().getPhase();
        }
        if (type == ResourceType.SECRETS && name.equals("type")) {
            return object -> ((Secret) object).getType();
        }
        if (type == ResourceType.SERVICES && name.equals("spec.clusterIP")) {
            return object -> ((Service) object).getSpec().getClusterIP();
        }
        if (type == ResourceType.SERVICES && name.equals("spec.type")) {
            return object -> ((Service) object).getSpec().getType();
        }
        return null;
    }

    private static @Nullable Function<HasMetadata, @Nullable String> podField(String name) {
        return switch (name) {
            case "spec.nodeName" -> object -> ((Pod) object).getSpec().getNodeName();
            case "spec.restartPolicy" -> object -> ((Pod) object).getSpec().getRestartPolicy();
            case "spec.schedulerName" -> object -> ((Pod) object).getSpec().getSchedulerName();
            case "spec.serviceAccountName" -> object -> ((Pod) object).getSpec().getServiceAccountName();
            case "spec.hostNetwork" ->
                object -> String.valueOf(
                        Boolean.TRUE.equals(((Pod) object).getSpec().getHostNetwork()));
            case "status.phase" -> object -> ((Pod) object).getStatus().getPhase();
            case "status.podIP" -> object -> ((Pod) object).getStatus().getPodIP();
            case "status.nominatedNodeName" ->
                object -> ((Pod) object).getStatus().getNominatedNodeName();
            default -> null;
        };
    }

    private static @Nullable Function<HasMetadata, @Nullable String> eventField(String name) {
        return switch (name) {
            case "involvedObject.kind" -> regarding(ObjectReference::getKind);
            case "involvedObject.namespace" -> regarding(ObjectReference::getNamespace);
            case "involvedObject.name" -> regarding(ObjectReference::getName);
            case "involvedObject.uid" -> regarding(ObjectReference::getUid);
            case "involvedObject.apiVersion" -> regarding(ObjectReference::getApiVersion);
            case "involvedObject.resourceVersion" -> regarding(ObjectReference::getResourceVersion);
            case "involvedObject.fieldPath" -> regarding(ObjectReference::getFieldPath);
            case "reason" -> object -> ((Event) object).getReason();
            case "type" -> object -> ((Event) object).getType();
            case "reportingComponent" -> object -> ((Event) object).getReportingComponent();
            case "source" ->
                object -> ((Event) object).getSource() == null
                        ? null
                        : ((Event) object).getSource().getComponent();
            default -> null;
        };
    }

    private static Function<HasMetadata, @Nullable String> regarding(
            Function<ObjectReference, @Nullable String> field) {
        return object -> {
            ObjectReference regarding = ((Event) object).getInvolvedObject();
            return regarding == null ? null : field.apply(regarding);
        };
    }

    boolean matches(HasMetadata object) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(object)) {
                return false;
            }
        }
        return true;
    }
}
