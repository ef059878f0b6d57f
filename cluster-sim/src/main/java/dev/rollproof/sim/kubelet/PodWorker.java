// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.quota.QosClass;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.controllers.Pods;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kubelet's worker for one pod, from its arrival on the node until it is gone: volumes, sandbox, init containers,
 * containers, restarts, termination. Status changes are gathered for a moment and written together.
 */
final class PodWorker {
    private static final long SECOND = 1_000_000_000L;

    final NodeAgent node;
    final Timing timing;
    final ApiServer api;
    final int minor;
    Pod pod;
    private final Kubelets kubelets;
    private final PodStatuses statuses;
    private final ContainerLife life;
    private final List<ContainerRun> init = new ArrayList<>();
    private final List<ContainerRun> main = new ArrayList<>();
    private String phase = "Pending";
    private String startTime = "";
    private @Nullable String address;
    private boolean sandboxReady;
    private boolean admitted;
    private boolean terminating;
    private boolean ended;
    private boolean gone;
    private boolean reporting;
    private boolean finishing;
    private long generation;
    private int mountAttempts;

    PodWorker(Kubelets kubelets, ControlPlane plane, NodeAgent node, Pod pod, Timing timing) {
        this.kubelets = kubelets;
        this.api = plane.api();
        this.minor = plane.minor();
        this.node = node;
        this.pod = pod;
        this.timing = timing;
        this.statuses = new PodStatuses(pod, minor);
        this.generation = Math.max(1, Metadata.generation(pod));
        boolean hasInit = pod.getSpec().getInitContainers() != null
                && !pod.getSpec().getInitContainers().isEmpty();
        if (hasInit) {
            for (Container container : pod.getSpec().getInitContainers()) {
                init.add(new ContainerRun(container, kubelets.behaviors().of(pod, container), true, "PodInitializing"));
            }
        }
        for (Container container : pod.getSpec().getContainers()) {
            main.add(new ContainerRun(
                    container,
                    kubelets.behaviors().of(pod, container),
                    false,
                    hasInit ? "PodInitializing" : "ContainerCreating"));
        }
        this.life = new ContainerLife(this);
        after(Timing.SYNC, this::admit);
    }

    /** Runs something later, unless the pod is gone by then. */
    void after(long nanos, Runnable action) {
        api.loop().after(nanos, () -> {
            if (!gone) {
                action.run();
            }
        });
    }

    void after(Delay delay, Runnable action) {
        after(timing.draw(delay), action);
    }

    String address() {
        return address == null ? "" : address;
    }

    boolean isTerminating() {
        return terminating;
    }

    /** How the kubelet names the pod in messages. */
    String fullName() {
        ObjectMeta metadata = pod.getMetadata();
        return metadata.getName() + "_" + metadata.getNamespace() + "(" + metadata.getUid() + ")";
    }

    void normal(ContainerRun run, String reason, String message) {
        if (!node.lost) {
            node.events.record(pod, run.fieldPath(), "Normal", reason, message);
        }
    }

    void warning(ContainerRun run, String reason, String message) {
        if (!node.lost) {
            node.events.record(pod, run.fieldPath(), "Warning", reason, message);
        }
    }

    private void admit() {
        if (Metadata.terminating(pod)) {
            startTime = api.timestamps().now();
            admitted = true;
            terminate();
            return;
        }
        admitted = true;
        startTime = api.timestamps().now();
        changed();
        mount();
    }

    private void mount() {
        if (terminating) {
            return;
        }
        List<String> failures = Mounts.failures(api, pod);
        if (!failures.isEmpty()) {
            if (!node.lost) {
                failures.forEach(failure -> node.events.warning(pod, "FailedMount", failure));
            }
            long wait = Math.min(122 * SECOND, (SECOND / 2) << Math.min(mountAttempts++, 10));
            after(wait, this::mount);
            return;
        }
        after(Timing.SANDBOX, () -> {
            if (terminating) {
                return;
            }
            sandboxReady = true;
            address = kubelets.nextAddress();
            if (minor >= 35) {
                changed();
            }
            startNext();
        });
    }

    /** Starts the next init container, or, when all are done, the containers. */
    private void startNext() {
        for (ContainerRun run : init) {
            boolean done = run.completed || (run.sidecar && run.started);
            if (!done) {
                if (run.attempts == 0) {
                    life.start(run);
                }
                return;
            }
        }
        for (ContainerRun run : main) {
            if (run.attempts == 0) {
                life.start(run);
            }
        }
    }

    /** What a request to one of its ports meets now. */
    Listener listener(int port) {
        return sandboxReady ? Listener.of(main, port, api.loop().elapsedNanos()) : Listener.NOBODY;
    }

    /** Whether a probe of a container can be answered at a port, by it or by one beside it. */
    boolean canListen(ContainerRun run, int port) {
        return Listener.isOpen(run, main, port);
    }

    /** A container's state has changed. */
    void changed() {
        if (!reporting && admitted) {
            reporting = true;
            after(Timing.REPORT, this::report);
        }
    }

    /** An init container has done its work, or a sidecar has started. */
    void initDone(ContainerRun run) {
        changed();
        if (!terminating) {
            after(Timing.SYNC, this::startNext);
        }
    }

    /** A container has ended; decides about its restart, or about the pod. */
    void ended(ContainerRun run) {
        if (terminating) {
            // The last end is told together with the pod's phase, as the kubelet does.
            finishIfAllEnded();
            if (!finishing) {
                changed();
            }
            return;
        }
        changed();
        int exitCode = run.exitCode() == null ? 0 : run.exitCode();
        if (run.init && !run.sidecar && exitCode == 0) {
            run.completed = true;
            initDone(run);
            return;
        }
        String policy = pod.getSpec().getRestartPolicy() == null
                ? "Always"
                : pod.getSpec().getRestartPolicy();
        boolean again = run.sidecar
                || policy.equals("Always")
                || (policy.equals("OnFailure") && exitCode != 0)
                || (run.init && !policy.equals("Never"));
        if (again) {
            after(Timing.RESTART, () -> life.restart(run));
        } else if (run.init) {
            over("Failed");
        } else if (main.stream().allMatch(ContainerRun::isTerminated)) {
            boolean well = main.stream().allMatch(one -> Integer.valueOf(0).equals(one.exitCode()));
            over(well ? "Succeeded" : "Failed");
        }
    }

    private void over(String finalPhase) {
        ended = true;
        phase = finalPhase;
        changed();
    }

    private String currentPhase() {
        if (ended) {
            return phase;
        }
        for (ContainerRun run : init) {
            if (!run.completed && !(run.sidecar && run.started)) {
                return "Pending";
            }
        }
        for (ContainerRun run : main) {
            if (!run.running && !run.isTerminated() && !run.hasRunBefore()) {
                return "Pending";
            }
        }
        return "Running";
    }

    /** Writes what has changed meanwhile, all of it at once. A node that is lost writes when it is back. */
    private void report() {
        reporting = false;
        if (node.lost) {
            return;
        }
        Pod stored = api.find(
                ResourceType.PODS, Metadata.namespace(pod), pod.getMetadata().getName());
        if (stored == null
                || !stored.getMetadata().getUid().equals(pod.getMetadata().getUid())) {
            return;
        }
        phase = currentPhase();
        PodStatuses.Facts facts = new PodStatuses.Facts(
                phase, generation, address, node.address, startTime, QosClass.of(stored), sandboxReady, init, main);
        Pod told = ResourceType.PODS.shallowCopy().apply(stored);
        ObjectMeta metadata = Metadata.copy(stored.getMetadata());
        metadata.setResourceVersion(null);
        told.setMetadata(metadata);
        told.setStatus(statuses.build(stored, facts, api.timestamps().now()));
        try {
            api.updateStatus(ResourceType.PODS, told);
        } catch (ClusterException refused) {
            after(Timing.LATE, this::changed);
        }
    }

    /** The node's connection is back: everything is told anew. */
    void reconnect() {
        reporting = false;
        changed();
        if (terminating) {
            finishIfAllEnded();
        }
    }

    /** The pod has changed on the server. */
    void update(Pod latest) {
        pod = latest;
        if (Metadata.terminating(latest)) {
            if (!terminating && admitted) {
                terminating = true;
                after(Timing.SYNC, this::terminate);
            }
        } else if (latest.getSpec().getReadinessGates() != null
                && !latest.getSpec().getReadinessGates().isEmpty()
                && Pods.isReady(latest) != (PodStatuses.closedGate(latest) == null)) {
            changed();
        }
    }

    private void terminate() {
        terminating = true;
        generation = Math.max(generation, Metadata.generation(pod));
        changed();
        Long granted = pod.getMetadata().getDeletionGracePeriodSeconds();
        long grace = (granted == null ? 30 : granted) * SECOND;
        for (ContainerRun run : main) {
            life.stop(run, grace);
        }
        for (ContainerRun run : init) {
            life.stop(run, grace);
        }
        finishIfAllEnded();
    }

    private void finishIfAllEnded() {
        if (finishing && !node.lost) {
            return;
        }
        boolean none =
                main.stream().noneMatch(run -> run.running) && init.stream().noneMatch(run -> run.running);
        if (none) {
            finishing = true;
            after(Timing.TEARDOWN, this::tellEnd);
        }
    }

    private void tellEnd() {
        boolean ran = main.stream().anyMatch(ContainerRun::isTerminated);
        if (ran && !ended) {
            boolean well = main.stream().allMatch(run -> Integer.valueOf(0).equals(run.exitCode()));
            ended = true;
            phase = well ? "Succeeded" : "Failed";
        }
        if (node.lost) {
            finishing = false;
            return;
        }
        if (!ran && !ended) {
            // The kubelet counts what never ran as lost, and leaves the conditions as they are (seen on 1.37).
            ended = true;
            phase = "Failed";
            main.forEach(ContainerRun::neverFound);
        }
        report();
        after(Timing.REMOVAL, this::remove);
    }

    private void remove() {
        if (node.lost) {
            finishing = false;
            return;
        }
        try {
            api.delete(
                    ResourceType.PODS,
                    Metadata.namespace(pod),
                    pod.getMetadata().getName(),
                    DeleteOptions.defaults()
                            .withGracePeriodSeconds(0)
                            .onlyUid(pod.getMetadata().getUid()));
        } catch (ClusterException refused) {
            if (refused.reason() != ClusterException.Reason.NOT_FOUND) {
                after(Timing.LATE, this::remove);
            }
        }
    }

    /** The pod is no more. */
    void stop() {
        gone = true;
    }
}
