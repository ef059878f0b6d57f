// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.VolumeMountStatus;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One container of a pod over all its restarts: its state, and its status as frozen objects. */
final class ContainerRun {
    private static final ContainerState NO_STATE = new ContainerState();

    private static final String LOST = "ContainerStatusUnknown";

    final Container container;
    final ContainerBehavior behavior;
    final boolean init;
    final boolean sidecar;
    final RestartBackOff restarts = new RestartBackOff();
    final RestartBackOff pulls = new RestartBackOff();

    /** Counts starts and ends, so that what was planned for an earlier run is void. */
    int run;

    int attempts;
    long startedNanos;
    long finishedNanos;
    /** From when on its process answers; the greatest number for never. */
    long answersFromNanos;

    /** When SIGTERM gets to its process; the greatest number while nobody sends it. */
    long signalNanos = Long.MAX_VALUE;

    /** Whether its process will have ended by itself before the grace period is over. */
    boolean endsInTime;

    boolean running;
    boolean completed;
    boolean ready;
    boolean started;
    private String imageId = "";
    private @Nullable String containerId;
    private String startedAt = "";
    private ContainerState state;
    private ContainerState lastState = NO_STATE;
    private final List<VolumeMountStatus> mounts;
    private @Nullable ContainerStatus status;
    private @Nullable String version;
    private @Nullable Listener serving;

    ContainerRun(Container container, ContainerBehavior behavior, boolean init, String waitingFor) {
        this.container = container;
        this.behavior = behavior;
        this.init = init;
        this.sidecar = init && "Always".equals(container.getRestartPolicy());
        this.state = waitingState(waitingFor, null);
        this.mounts = ContainerFacts.mountsOf(container);
    }

    String name() {
        return container.getName();
    }

    /** Looked for once: every request asks. */
    String version() {
        String known = version;
        if (known == null) {
            known = Listener.version(container);
            version = known;
        }
        return known;
    }

    /** What a request meets while its process serves; made once as long as it is the same, since every request asks. */
    Listener serving(boolean well, boolean draining, boolean finishes) {
        Listener known = serving;
        Listener.Server server = known == null ? null : known.server().orElse(null);
        if (known == null
                || known.process() != run
                || server == null
                || server.well() != well
                || server.draining() != draining
                || server.finishes() != finishes) {
            known = new Listener(
                    Listener.State.SERVING,
                    run,
                    Optional.of(new Listener.Server(behavior, version(), well, draining, finishes)));
            serving = known;
        }
        return known;
    }

    String fieldPath() {
        return (init ? "spec.initContainers{" : "spec.containers{") + name() + "}";
    }

    private static ContainerState waitingState(String reason, @Nullable String message) {
        ContainerStateWaiting waiting = new ContainerStateWaiting();
        waiting.setReason(reason);
        waiting.setMessage(message);
        ContainerState state = new ContainerState();
        state.setWaiting(waiting);
        return state;
    }

    boolean isTerminated() {
        return state.getTerminated() != null;
    }

    boolean hasRunBefore() {
        return lastState.getTerminated() != null;
    }

    /** Its exit code where it has ended; null where it has not. */
    @Nullable
    Integer exitCode() {
        return state.getTerminated() == null ? null : state.getTerminated().getExitCode();
    }

    void wait(String reason, @Nullable String message) {
        if (isTerminated()) {
            lastState = state;
        }
        state = waitingState(reason, message);
        status = null;
    }

    void run(String timestamp, long now, String image, String id) {
        if (isTerminated()) {
            lastState = state;
        }
        ContainerStateRunning runs = new ContainerStateRunning();
        runs.setStartedAt(timestamp);
        state = new ContainerState();
        state.setRunning(runs);
        imageId = image;
        containerId = id;
        startedAt = timestamp;
        startedNanos = now;
        signalNanos = Long.MAX_VALUE;
        running = true;
        status = null;
    }

    void end(int exitCode, String reason, @Nullable String message, String timestamp, long now) {
        ContainerStateTerminated ended = new ContainerStateTerminated();
        ended.setExitCode(exitCode);
        ended.setReason(reason);
        ended.setMessage(message);
        ended.setStartedAt(running ? startedAt : "1970-01-01T00:00:00Z");
        ended.setFinishedAt(timestamp);
        ended.setContainerID(containerId);
        ContainerState over = new ContainerState();
        over.setTerminated(ended);
        state = over;
        finishedNanos = now;
        run++;
        running = false;
        ready = false;
        started = false;
        status = null;
    }

    /** It waits for no other start, as its pod is going: what it shows is how it ended last (seen on 1.37). */
    void stayEnded() {
        if (state.getWaiting() != null && hasRunBefore()) {
            state = lastState;
            status = null;
        }
    }

    /** Whether it was said to be {@linkplain #neverFound lost}. */
    boolean isLost() {
        return isTerminated() && LOST.equals(state.getTerminated().getReason());
    }

    /** Its pod is over and it has never run. */
    void neverFound() {
        ContainerStateTerminated lost = new ContainerStateTerminated();
        lost.setExitCode(137);
        lost.setReason(LOST);
        lost.setMessage("The container could not be located when the pod was terminated");
        state = new ContainerState();
        state.setTerminated(lost);
        status = null;
    }

    /** It could not be started: shown as waiting, with the attempt as its last end. */
    void failToStart(String reason, String message, int exitCode, String endReason, String timestamp, long now) {
        end(exitCode, endReason, message, timestamp, now);
        wait(reason, message);
    }

    void ready(boolean value) {
        ready = value;
        status = null;
    }

    void started(boolean value) {
        started = value;
        status = null;
    }

    /** Its status, the same object as long as nothing has changed. */
    ContainerStatus status() {
        if (status == null) {
            ContainerStatus told = new ContainerStatus();
            told.setName(name());
            told.setState(state);
            told.setLastState(lastState);
            told.setReady(ready || (completed && init));
            told.setRestartCount(Math.max(0, attempts - 1));
            told.setImage(container.getImage());
            told.setVolumeMounts(mounts);
            if (containerId != null) {
                ContainerFacts.addTo(told, container);
            }
            told.setImageID(imageId);
            told.setContainerID(containerId);
            told.setStarted(started);
            status = told;
        }
        return status;
    }
}
