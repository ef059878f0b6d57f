// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedContainer.Role;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What holds a pod up: its containers, its scheduling, and what only events tell. */
final class PodRules implements ContainerRules.Remarks {
    /**
     * Troubles that show in events only. They alarm falsely (kubernetes/kubernetes#99475), so they fail no rollout, with one exception: see
     * {@link #isStillMissed}.
     */
    private static final Set<String> EVENT_ONLY =
            Set.of("FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox", "NetworkNotReady");

    /** As the kubelet's mounts of volumes say it (kubernetes/kubernetes pkg/volume/secret, configmap, projected). */
    private static final Pattern MISSED =
            Pattern.compile("(secret|configmap) \"[^\"]*\" not found|references non-existent (secret|config) key: ");

    /** As the kubelet says that it ends a container for its health (kubernetes/kubernetes pkg/kubelet/kuberuntime). */
    private static final Pattern UNHEALTHY =
            Pattern.compile("Container (\\S+) failed (liveness|startup) probe, will be restarted");

    private final Patience patience;
    private final Collection<ObservedEvent> events;
    private final Map<String, List<ObservedEvent>> warnings;
    private final Map<String, List<ObservedEvent>> killings;
    private final Map<String, Instant> toldAtFirstSight;
    private final ContainerRules containers;

    /**
     * @param restartsAtFirstSight by container: restarts that do not count
     * @param toldAtFirstSight by event: what it told up to then does not count; events that are new to it are added
     */
    PodRules(
            Patience patience,
            Collection<ObservedEvent> events,
            Map<String, Integer> restartsAtFirstSight,
            Map<String, Instant> toldAtFirstSight) {
        this.patience = patience;
        this.events = events;
        this.toldAtFirstSight = toldAtFirstSight;
        this.warnings = new HashMap<>();
        this.killings = new HashMap<>();
        for (ObservedEvent event : events) {
            if (event.regarding().kind().equals("Pod")) {
                (event.isWarning() ? warnings : killings)
                        .computeIfAbsent(event.regardingUid(), uid -> new ArrayList<>())
                        .add(event);
            }
        }
        this.containers = new ContainerRules(patience, this, restartsAtFirstSight);
    }

    /** Whether an event says that a container is ended for its health. */
    static boolean isKilling(ObservedEvent event) {
        return event.reason().equals("Killing")
                && UNHEALTHY.matcher(event.message()).matches();
    }

    /** What is known of pods that may not be created, by the same events. */
    Refusals refusals() {
        return new Refusals(patience, events, toldAtFirstSight);
    }

    /** All that holds a pod up, the most telling first. */
    List<Trouble> troublesOf(ObservedPod pod) {
        List<Trouble> troubles = new ArrayList<>();
        for (ObservedContainer container : pod.initContainers()) {
            containers.troubleOf(pod, container).ifPresent(troubles::add);
        }
        for (ObservedContainer container : pod.containers()) {
            containers.troubleOf(pod, container).ifPresent(troubles::add);
        }
        unschedulable(pod).ifPresent(troubles::add);
        if (troubles.isEmpty()) {
            eventOnly(pod).or(() -> notReady(pod)).or(() -> lostForNow(pod)).ifPresent(troubles::add);
        }
        return troubles;
    }

    private Optional<Trouble> unschedulable(ObservedPod pod) {
        Optional<ObservedCondition> scheduled = pod.condition("PodScheduled").filter(ObservedCondition::isFalse);
        if (scheduled.isEmpty()) {
            return Optional.empty();
        }
        String reason = scheduled.get().reason();
        Cause cause = cause(pod, reason, scheduled.get().message());
        return Optional.of(
                reason.equals("SchedulingGated")
                        ? Trouble.reported("scheduling/" + pod.metadata().uid(), cause)
                        : Trouble.fatalAfter(
                                patience.unschedulable(),
                                "scheduling/" + pod.metadata().uid(),
                                cause));
    }

    private Optional<Trouble> eventOnly(ObservedPod pod) {
        if (!pod.phase().equals("Pending")) {
            return Optional.empty();
        }
        Optional<Trouble> reported = Optional.empty();
        for (ObservedEvent event : warnings.getOrDefault(pod.metadata().uid(), List.of())) {
            if (EVENT_ONLY.contains(event.reason())) {
                String key = "event/" + pod.metadata().uid();
                Cause cause = cause(pod, event.reason(), event.message());
                if (isStillMissed(event)) {
                    return Optional.of(Trouble.fatalAfter(Duration.ZERO, key, cause));
                }
                reported = reported.or(() -> Optional.of(Trouble.reported(key, cause)));
            }
        }
        return reported;
    }

    /**
     * Whether the kubelet says, again and after the patience for it, that there is no such ConfigMap or Secret, or no such key in it. It tries
     * after 0.5, 1, 2 … seconds and says so each time; between two tries the object may have come. So what counts is the time between what
     * it said when it was first heard and what it said last, by its own clock.
     */
    private boolean isStillMissed(ObservedEvent event) {
        if (event.lastSeen().isEmpty()
                || !event.reason().equals("FailedMount")
                || !MISSED.matcher(event.message()).find()) {
            return false;
        }
        Instant last = event.lastSeen().get();
        Instant first = toldAtFirstSight.computeIfAbsent(event.metadata().uid(), uid -> last);
        return !last.isBefore(first.plus(patience.configuration())) && last.isAfter(first);
    }

    @Override
    public String ofPull(ObservedPod pod) {
        return lastMessage(pod, Set.of("Failed"), "Failed to pull image").orElse("");
    }

    @Override
    public Optional<String> ofProbe(ObservedPod pod, ObservedContainer container, State.Terminated run) {
        for (ObservedEvent event : killings.getOrDefault(pod.metadata().uid(), List.of())) {
            Matcher told = UNHEALTHY.matcher(event.message());
            if (told.find() && told.group(1).equals(container.name()) && isOf(run, event)) {
                String probe = told.group(2);
                String answer = (probe.equals("liveness") ? "Liveness" : "Startup") + " probe failed: ";
                return Optional.of(lastMessage(pod, Set.of("Unhealthy"), answer)
                        .map(message -> probe + " probe failed: " + message.substring(answer.length()))
                        .orElse(probe + " probe failed"));
            }
        }
        return Optional.empty();
    }

    /** Whether it was told while that run went on, or in the second in which it ended; also where a time is missing. */
    private static boolean isOf(State.Terminated run, ObservedEvent event) {
        Instant told = event.lastSeen().orElse(Instant.EPOCH);
        return event.lastSeen().isEmpty()
                || run.startedAt().filter(told::isBefore).isEmpty()
                        && run.finishedAt()
                                .filter(end -> told.isAfter(end.plusSeconds(1)))
                                .isEmpty();
    }

    private Optional<Trouble> notReady(ObservedPod pod) {
        if (pod.ready()) {
            return Optional.empty();
        }
        for (ObservedContainer container : pod.initContainers()) {
            boolean isAwaited = container.role() == Role.INIT || !container.started();
            if (container.state() instanceof State.Running && isAwaited) {
                return Optional.of(unready(
                        pod,
                        container,
                        "ContainersNotInitialized",
                        container.role() == Role.INIT
                                ? "runs, and the others wait for its end"
                                : "runs, and the others wait until it has started"));
            }
        }
        for (ObservedContainer container : pod.containers()) {
            if (container.state() instanceof State.Running && !container.ready()) {
                return Optional.of(unready(pod, container, "ContainersNotReady", "runs and is not ready"));
            }
        }
        return pod.condition("Ready")
                .filter(ready -> ready.reason().equals("ReadinessGatesNotReady"))
                .map(ready -> Trouble.reported(
                        "unready/" + pod.metadata().uid(), cause(pod, ready.reason(), ready.message())));
    }

    /** It may come back, and if not, the pod is deleted after some minutes, unless it is a DaemonSet's. */
    private static Optional<Trouble> lostForNow(ObservedPod pod) {
        return isOnLostNode(pod) ? Optional.of(Trouble.reported(lostKey(pod), lost(pod, ""))) : Optional.empty();
    }

    /**
     * What is deleted on a node that does not answer does not end before the node answers, or is deleted itself.
     *
     * @param pod one that is being deleted, and in the way until it has ended
     * @param consequence what it is in the way of
     */
    Optional<Trouble> onLostNode(ObservedPod pod, String consequence) {
        return isOnLostNode(pod)
                ? Optional.of(Trouble.fatalAfter(
                        patience.nodeTrouble(),
                        lostKey(pod),
                        lost(
                                pod,
                                ": the pod is being deleted, " + consequence
                                        + "; bring the node back, or delete the node if it is gone")))
                : Optional.empty();
    }

    private static String lostKey(ObservedPod pod) {
        return "lost/" + pod.metadata().uid();
    }

    private static Cause lost(ObservedPod pod, String more) {
        return cause(pod, "NodeNotReady", "node \"" + pod.nodeName() + "\" does not answer" + more);
    }

    /**
     * Whether the cluster took the pod for lost with its node: all its containers are said to be ready, and the pod is not. The kubelet
     * changes both at once; the node controller, when it does not hear of the kubelet, the pod alone (kubernetes/kubernetes
     * MarkPodsNotReady).
     */
    private static boolean isOnLostNode(ObservedPod pod) {
        return pod.condition("Ready")
                        .filter(ready -> ready.isFalse() && !ready.reason().equals("ReadinessGatesNotReady"))
                        .isPresent()
                && !pod.nodeName().isEmpty()
                && pod.phase().equals("Running")
                && !pod.containers().isEmpty()
                && pod.containers().stream().allMatch(ObservedContainer::ready);
    }

    private Trouble unready(ObservedPod pod, ObservedContainer container, String reason, String why) {
        String probe = lastMessage(pod, Set.of("Unhealthy"), "")
                .map(message -> ": " + message)
                .orElse("");
        return Trouble.reported(
                "unready/" + pod.metadata().uid(), ContainerRules.cause(pod, container, reason, why + probe));
    }

    private Optional<String> lastMessage(ObservedPod pod, Set<String> reasons, String prefix) {
        Optional<String> last = Optional.empty();
        for (ObservedEvent event : warnings.getOrDefault(pod.metadata().uid(), List.of())) {
            if (reasons.contains(event.reason()) && event.message().startsWith(prefix)) {
                last = Optional.of(event.message());
            }
        }
        return last;
    }

    private static Cause cause(ObservedPod pod, String reason, String message) {
        return new Cause(reason, message, pod.metadata().name(), "", 1);
    }
}
