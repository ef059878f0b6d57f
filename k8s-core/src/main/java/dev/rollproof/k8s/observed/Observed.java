// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedContainer.Role;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedDeployment.UpdateStrategy;
import dev.rollproof.k8s.observed.ObservedEndpointSlice.Endpoint;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of fabric8's models: the one place where absent fields get the value that Kubernetes gives them.
 *
 * <p>A model that was observed must not be changed afterwards: records may share its parts.
 */
public final class Observed {
    /** "No deadline", as Kubernetes writes it. */
    private static final int NO_DEADLINE = Integer.MAX_VALUE;

    private Observed() {}

    /** The record of an object of any kind; kinds without a record of their own become {@link ObservedOther}. */
    public static ObservedObject from(HasMetadata object) {
        if (object instanceof Pod pod) {
            return from(pod);
        }
        if (object instanceof ReplicaSet replicaSet) {
            return from(replicaSet);
        }
        if (object instanceof Deployment deployment) {
            return from(deployment);
        }
        if (object instanceof Event event) {
            return from(event);
        }
        if (object instanceof StatefulSet set) {
            return from(set);
        }
        if (object instanceof DaemonSet set) {
            return from(set);
        }
        if (object instanceof EndpointSlice slice) {
            return from(slice);
        }
        if (object instanceof Service service) {
            return from(service);
        }
        return new ObservedOther(metadata(object));
    }

    public static ObservedDeployment from(Deployment deployment) {
        DeploymentSpec spec = orElse(deployment.getSpec(), DeploymentSpec::new);
        DeploymentStatus status = orElse(deployment.getStatus(), DeploymentStatus::new);
        return new ObservedDeployment(
                metadata(deployment),
                orElse(spec.getReplicas(), 1),
                selectorText(spec.getSelector()),
                PodTemplate.from(spec.getTemplate()),
                strategy(spec.getStrategy()),
                orElse(spec.getMinReadySeconds(), 0),
                deadline(spec.getProgressDeadlineSeconds()),
                Boolean.TRUE.equals(spec.getPaused()),
                orElse(status.getObservedGeneration(), 0L),
                orElse(status.getReplicas(), 0),
                orElse(status.getUpdatedReplicas(), 0),
                orElse(status.getReadyReplicas(), 0),
                orElse(status.getAvailableReplicas(), 0),
                orElse(status.getUnavailableReplicas(), 0),
                orElse(status.getCollisionCount(), 0),
                deploymentConditions(status.getConditions()));
    }

    private static OptionalInt deadline(@Nullable Integer seconds) {
        if (seconds == null) {
            return OptionalInt.of(600);
        }
        return seconds == NO_DEADLINE ? OptionalInt.empty() : OptionalInt.of(seconds);
    }

    private static UpdateStrategy strategy(@Nullable DeploymentStrategy strategy) {
        if (strategy != null && "Recreate".equals(strategy.getType())) {
            return new UpdateStrategy("Recreate", "", "");
        }
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        return new UpdateStrategy(
                "RollingUpdate",
                rolling == null ? "25%" : text(rolling.getMaxSurge(), "25%"),
                rolling == null ? "25%" : text(rolling.getMaxUnavailable(), "25%"));
    }

    static String text(@Nullable IntOrString value, String absent) {
        if (value == null) {
            return absent;
        }
        return value.getStrVal() != null ? value.getStrVal() : String.valueOf(orElse(value.getIntVal(), 0));
    }

    private static List<ObservedCondition> deploymentConditions(@Nullable List<DeploymentCondition> conditions) {
        if (conditions == null) {
            return List.of();
        }
        List<ObservedCondition> observed = new ArrayList<>(conditions.size());
        for (DeploymentCondition condition : conditions) {
            observed.add(new ObservedCondition(
                    orEmpty(condition.getType()),
                    orEmpty(condition.getStatus()),
                    orEmpty(condition.getReason()),
                    orEmpty(condition.getMessage()),
                    instant(condition.getLastUpdateTime()),
                    instant(condition.getLastTransitionTime())));
        }
        return observed;
    }

    public static ObservedStatefulSet from(StatefulSet set) {
        return ObservedSets.from(set);
    }

    public static ObservedDaemonSet from(DaemonSet set) {
        return ObservedSets.from(set);
    }

    public static ObservedReplicaSet from(ReplicaSet replicaSet) {
        ReplicaSetSpec spec = orElse(replicaSet.getSpec(), ReplicaSetSpec::new);
        ReplicaSetStatus status = orElse(replicaSet.getStatus(), ReplicaSetStatus::new);
        List<ObservedCondition> conditions = new ArrayList<>();
        if (status.getConditions() != null) {
            for (ReplicaSetCondition condition : status.getConditions()) {
                conditions.add(condition(
                        condition.getType(),
                        condition.getStatus(),
                        condition.getReason(),
                        condition.getMessage(),
                        condition.getLastTransitionTime()));
            }
        }
        return new ObservedReplicaSet(
                metadata(replicaSet),
                orElse(spec.getReplicas(), 1),
                selectorText(spec.getSelector()),
                PodTemplate.from(spec.getTemplate()),
                orElse(spec.getMinReadySeconds(), 0),
                orElse(status.getObservedGeneration(), 0L),
                orElse(status.getReplicas(), 0),
                orElse(status.getFullyLabeledReplicas(), 0),
                orElse(status.getReadyReplicas(), 0),
                orElse(status.getAvailableReplicas(), 0),
                status.getTerminatingReplicas() == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(status.getTerminatingReplicas()),
                conditions);
    }

    public static ObservedPod from(Pod pod) {
        PodSpec spec = orElse(pod.getSpec(), PodSpec::new);
        PodStatus status = orElse(pod.getStatus(), PodStatus::new);
        List<ObservedCondition> conditions = new ArrayList<>();
        if (status.getConditions() != null) {
            for (PodCondition condition : status.getConditions()) {
                conditions.add(condition(
                        condition.getType(),
                        condition.getStatus(),
                        condition.getReason(),
                        condition.getMessage(),
                        condition.getLastTransitionTime()));
            }
        }
        return new ObservedPod(
                metadata(pod),
                status.getPhase() == null ? "Pending" : status.getPhase(),
                orEmpty(status.getReason()),
                orEmpty(status.getMessage()),
                orEmpty(spec.getNodeName()),
                orEmpty(status.getPodIP()),
                orElse(spec.getTerminationGracePeriodSeconds(), 30L),
                instant(status.getStartTime()),
                conditions,
                containers(spec.getInitContainers(), status.getInitContainerStatuses(), true),
                containers(spec.getContainers(), status.getContainerStatuses(), false));
    }

    private static List<ObservedContainer> containers(
            @Nullable List<Container> specs, @Nullable List<ContainerStatus> statuses, boolean init) {
        if (specs == null || specs.isEmpty()) {
            return List.of();
        }
        List<ObservedContainer> observed = new ArrayList<>(specs.size());
        for (Container spec : specs) {
            ContainerStatus status = null;
            if (statuses != null) {
                for (ContainerStatus candidate : statuses) {
                    if (Objects.equals(candidate.getName(), spec.getName())) {
                        status = candidate;
                    }
                }
            }
            Role role = !init ? Role.MAIN : "Always".equals(spec.getRestartPolicy()) ? Role.SIDECAR : Role.INIT;
            observed.add(container(spec, role, status));
        }
        return observed;
    }

    private static ObservedContainer container(Container spec, Role role, @Nullable ContainerStatus status) {
        if (status == null) {
            return new ObservedContainer(
                    orEmpty(spec.getName()),
                    role,
                    orEmpty(spec.getImage()),
                    command(spec),
                    false,
                    false,
                    0,
                    new State.Waiting("", ""),
                    Optional.empty());
        }
        ContainerState last = status.getLastState();
        return new ObservedContainer(
                orEmpty(spec.getName()),
                role,
                orEmpty(spec.getImage()),
                command(spec),
                Boolean.TRUE.equals(status.getReady()),
                Boolean.TRUE.equals(status.getStarted()),
                orElse(status.getRestartCount(), 0),
                state(status.getState()),
                last == null || last.getTerminated() == null
                        ? Optional.empty()
                        : Optional.of(terminated(last.getTerminated())));
    }

    private static State state(@Nullable ContainerState state) {
        if (state != null && state.getRunning() != null) {
            return new State.Running(instant(state.getRunning().getStartedAt()));
        }
        if (state != null && state.getTerminated() != null) {
            return terminated(state.getTerminated());
        }
        if (state != null && state.getWaiting() != null) {
            return new State.Waiting(
                    orEmpty(state.getWaiting().getReason()),
                    orEmpty(state.getWaiting().getMessage()));
        }
        return new State.Waiting("", "");
    }

    private static State.Terminated terminated(ContainerStateTerminated terminated) {
        return new State.Terminated(
                orElse(terminated.getExitCode(), 0),
                orElse(terminated.getSignal(), 0),
                orEmpty(terminated.getReason()),
                orEmpty(terminated.getMessage()),
                instant(terminated.getStartedAt()),
                instant(terminated.getFinishedAt()));
    }

    /** A container's command and arguments in one list. */
    static List<String> command(Container spec) {
        List<String> command = spec.getCommand() == null ? List.of() : spec.getCommand();
        List<String> args = spec.getArgs() == null ? List.of() : spec.getArgs();
        if (args.isEmpty()) {
            return command;
        }
        List<String> all = new ArrayList<>(command);
        all.addAll(args);
        return all;
    }

    public static ObservedService from(Service service) {
        Map<String, String> selector =
                service.getSpec() == null ? null : service.getSpec().getSelector();
        return new ObservedService(metadata(service), selector == null ? Map.of() : selector);
    }

    public static ObservedEndpointSlice from(EndpointSlice slice) {
        ObservedMetadata metadata = metadata(slice);
        List<Endpoint> endpoints = new ArrayList<>();
        if (slice.getEndpoints() != null) {
            for (io.fabric8.kubernetes.api.model.discovery.v1.Endpoint endpoint : slice.getEndpoints()) {
                ObjectReference target = endpoint.getTargetRef();
                var conditions = endpoint.getConditions();
                // Absent means ready and serving: the API's own reading of unknown.
                boolean ready = conditions == null || !Boolean.FALSE.equals(conditions.getReady());
                boolean serving =
                        conditions == null || (conditions.getServing() == null ? ready : conditions.getServing());
                endpoints.add(new Endpoint(
                        target == null ? "" : orEmpty(target.getName()),
                        target == null ? "" : orEmpty(target.getUid()),
                        endpoint.getAddresses() == null ? List.of() : endpoint.getAddresses(),
                        ready,
                        serving,
                        conditions != null && Boolean.TRUE.equals(conditions.getTerminating())));
            }
        }
        return new ObservedEndpointSlice(
                metadata, metadata.labels().getOrDefault("kubernetes.io/service-name", ""), endpoints);
    }

    public static ObservedEvent from(Event event) {
        ObjectReference regarding = orElse(event.getInvolvedObject(), ObjectReference::new);
        EventSource source = event.getSource();
        String component = source == null ? "" : orEmpty(source.getComponent());
        int count = orElse(event.getCount(), 0);
        if (event.getSeries() != null) {
            count = Math.max(count, orElse(event.getSeries().getCount(), 0));
        }
        Optional<Instant> lastSeen = instant(event.getLastTimestamp());
        if (lastSeen.isEmpty() && event.getEventTime() != null) {
            lastSeen = instant(event.getEventTime().getTime());
        }
        return new ObservedEvent(
                metadata(event),
                new ObjectRef(
                        orEmpty(regarding.getKind()), orEmpty(regarding.getNamespace()), orEmpty(regarding.getName())),
                orEmpty(regarding.getUid()),
                orEmpty(event.getType()),
                orEmpty(event.getReason()),
                orEmpty(event.getMessage()),
                Math.max(1, count),
                component.isEmpty() ? orEmpty(event.getReportingComponent()) : component,
                lastSeen);
    }

    /** The metadata of an object of any kind. */
    public static ObservedMetadata metadata(HasMetadata object) {
        ObjectMeta meta = orElse(object.getMetadata(), ObjectMeta::new);
        List<ObservedMetadata.Owner> owners = List.of();
        if (meta.getOwnerReferences() != null && !meta.getOwnerReferences().isEmpty()) {
            owners = new ArrayList<>(1);
            for (OwnerReference owner : meta.getOwnerReferences()) {
                owners.add(new ObservedMetadata.Owner(
                        orEmpty(owner.getKind()),
                        orEmpty(owner.getName()),
                        orEmpty(owner.getUid()),
                        Boolean.TRUE.equals(owner.getController())));
            }
        }
        return new ObservedMetadata(
                orEmpty(object.getKind()),
                orEmpty(meta.getNamespace()),
                orEmpty(meta.getName()),
                orEmpty(meta.getUid()),
                orEmpty(meta.getResourceVersion()),
                orElse(meta.getGeneration(), 0L),
                meta.getLabels() == null ? Map.of() : meta.getLabels(),
                meta.getAnnotations() == null ? Map.of() : meta.getAnnotations(),
                owners,
                instant(meta.getCreationTimestamp()),
                instant(meta.getDeletionTimestamp()));
    }

    /** A label selector in Kubernetes' text form; {@code ""} selects everything. */
    public static String selectorText(@Nullable LabelSelector selector) {
        if (selector == null) {
            return "";
        }
        List<String> requirements = new ArrayList<>();
        if (selector.getMatchLabels() != null) {
            Map<String, String> labels = selector.getMatchLabels();
            String[] keys = labels.keySet().toArray(new String[0]);
            Arrays.sort(keys);
            for (String key : keys) {
                requirements.add(key + "=" + labels.get(key));
            }
        }
        if (selector.getMatchExpressions() != null) {
            for (LabelSelectorRequirement requirement : selector.getMatchExpressions()) {
                requirements.add(requirementText(requirement));
            }
        }
        return requirements.size() == 1 ? requirements.get(0) : String.join(",", requirements);
    }

    private static String requirementText(LabelSelectorRequirement requirement) {
        String key = orEmpty(requirement.getKey());
        String values = requirement.getValues() == null ? "" : String.join(",", requirement.getValues());
        return switch (orEmpty(requirement.getOperator())) {
            case "In" -> key + " in (" + values + ")";
            case "NotIn" -> key + " notin (" + values + ")";
            case "DoesNotExist" -> "!" + key;
            default -> key;
        };
    }

    static OptionalLong revision(ObservedMetadata metadata) {
        String text = metadata.annotations().get(ObservedDeployment.REVISION);
        if (text == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException notANumber) {
            // Anybody may write annotations; one that is no number numbers nothing.
            return OptionalLong.empty();
        }
    }

    /** A condition that says when it began, and not when it was last looked at: those of all kinds but Deployments. */
    static ObservedCondition condition(
            @Nullable String type,
            @Nullable String status,
            @Nullable String reason,
            @Nullable String message,
            @Nullable String lastTransitionTime) {
        return new ObservedCondition(
                orEmpty(type),
                orEmpty(status),
                orEmpty(reason),
                orEmpty(message),
                Optional.empty(),
                instant(lastTransitionTime));
    }

    static Optional<ObservedCondition> condition(List<ObservedCondition> conditions, String type) {
        for (ObservedCondition condition : conditions) {
            if (condition.type().equals(type)) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    private static Optional<Instant> instant(@Nullable String text) {
        return Timestamp.read(text);
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    static <T> T orElse(@Nullable T value, T absent) {
        return value == null ? absent : value;
    }

    static <T> T orElse(@Nullable T value, java.util.function.Supplier<T> absent) {
        return value == null ? absent.get() : value;
    }
}
