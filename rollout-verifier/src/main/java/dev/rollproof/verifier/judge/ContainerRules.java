// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedContainer.Role;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a container's state means. One rule for each state that the kubelet shows, after the kubelet's and the container
 * runtime interface's own reasons (kubernetes/kubernetes pkg/kubelet/images, pkg/kubelet/kuberuntime).
 */
final class ContainerRules {
    private final Patience patience;
    private final Remarks remarks;
    private final Map<String, Integer> restartsAtFirstSight;

    ContainerRules(Patience patience, Remarks remarks, Map<String, Integer> restartsAtFirstSight) {
        this.patience = patience;
        this.remarks = remarks;
        this.restartsAtFirstSight = restartsAtFirstSight;
    }

    /** What the kubelet has told in events, and in no container's state. */
    interface Remarks {
        /** The text of a pull's failure, which kubelets before 1.32 put into events only; {@code ""} where there is none. */
        String ofPull(ObservedPod pod);

        /** Which probe failed, and how, where the kubelet ended this run of a container for that. */
        Optional<String> ofProbe(ObservedPod pod, ObservedContainer container, State.Terminated run);
    }

    /** What holds this container up; empty if nothing does, or nothing but time. */
    Optional<Trouble> troubleOf(ObservedPod pod, ObservedContainer container) {
        Optional<Trouble> crash = crash(pod, container);
        if (crash.isPresent()) {
            return crash;
        }
        if (container.state() instanceof State.Waiting waiting) {
            return waiting(pod, container, waiting);
        }
        return Optional.empty();
    }

    private Optional<Trouble> crash(ObservedPod pod, ObservedContainer container) {
        boolean endedNow = container.state() instanceof State.Terminated ended && counts(container, ended)
                || container.state() instanceof State.Waiting waiting
                        && waiting.reason().equals("CrashLoopBackOff");
        int before = restartsAtFirstSight.getOrDefault(key("container", pod, container), 0);
        int crashes = container.restartCount() - before + (endedNow ? 1 : 0);
        Optional<State.Terminated> last =
                container.state() instanceof State.Terminated ended ? Optional.of(ended) : container.lastTermination();
        if (crashes <= 0 || last.isEmpty()) {
            return Optional.empty();
        }
        String key = key("crash", pod, container);
        if (cannotStart(last.get())) {
            return Optional.of(Trouble.fatalAfter(
                    Duration.ZERO,
                    key,
                    cause(
                            pod,
                            container,
                            last.get().reason(),
                            "cannot be started: " + last.get().message())));
        }
        Optional<String> probe = remarks.ofProbe(pod, container, last.get());
        Cause cause = cause(pod, container, reason(last.get()), howItEnded(container, last.get(), crashes, probe));
        return Optional.of(
                crashes >= patience.crashes() && !container.ready()
                        ? Trouble.fatalAfter(Duration.ZERO, key, cause)
                        : Trouble.reported(key, cause));
    }

    /** An init container that ended with 0 has done its work; any other container should not have ended. */
    private static boolean counts(ObservedContainer container, State.Terminated ended) {
        return container.role() != Role.INIT || ended.exitCode() != 0;
    }

    /** A container that never ran: its command is not there, or is for another machine. No restart mends that. */
    private static boolean cannotStart(State.Terminated ended) {
        boolean startError =
                ended.reason().equals("StartError") || ended.reason().equals("ContainerCannotRun");
        return startError && isFinalStartText(ended.message());
    }

    private static String reason(State.Terminated last) {
        return last.reason().equals("OOMKilled") ? "OOMKilled" : "CrashLoopBackOff";
    }

    private static String howItEnded(
            ObservedContainer container, State.Terminated last, int crashes, Optional<String> probe) {
        String times = crashes == 1 ? "once" : crashes + " times";
        String how;
        if (last.reason().equals("OOMKilled")) {
            how = "ran out of memory and was killed " + times + " (exit 137)";
        } else if (probe.isPresent()) {
            how = "was killed " + times + " (exit " + last.exitCode() + "), since its " + probe.get();
        } else if (last.exitCode() == 0) {
            how = "ended " + times + " with exit 0, but is expected to keep running";
        } else if (last.signal() > 0) {
            how = "was ended " + times + " by signal " + last.signal() + " (exit " + last.exitCode() + ")";
        } else {
            how = "crashed " + times + " with exit " + last.exitCode();
        }
        return container.command().isEmpty()
                ? how
                : how + ", command \"" + String.join(" ", container.command()) + "\"";
    }

    private Optional<Trouble> waiting(ObservedPod pod, ObservedContainer container, State.Waiting waiting) {
        String text = waiting.message();
        return switch (waiting.reason()) {
            case "", "ContainerCreating", "PodInitializing" -> Optional.empty();
            case "ErrImagePull", "ImagePullBackOff" -> Optional.of(pull(pod, container, text));
            case "ErrImageNeverPull", "InvalidImageName", "SignatureValidationFailed" ->
                fatal(Duration.ZERO, pod, container, waiting);
            case "ImageInspectError", "RegistryUnavailable" -> fatal(patience.imageTrouble(), pod, container, waiting);
            case "CreateContainerConfigError" -> fatal(configurationGrace(text), pod, container, waiting);
            case "RunContainerError" ->
                fatal(isFinalStartText(text) ? Duration.ZERO : patience.startError(), pod, container, waiting);
            case "CreatePodSandboxError", "ConfigPodSandboxError", "KillContainerError", "KillPodSandboxError" ->
                fatal(patience.nodeTrouble(), pod, container, waiting);
            case "CreateContainerError", "PreCreateHookError", "PreStartHookError", "PostStartHookError" ->
                fatal(patience.startError(), pod, container, waiting);
            // A reason that Kubernetes invents after this was written: said, and left to the timeout.
            default ->
                Optional.of(Trouble.reported(
                        key("waiting", pod, container), cause(pod, container, waiting.reason(), text)));
        };
    }

    private Trouble pull(ObservedPod pod, ObservedContainer container, String text) {
        String known = text.contains("ErrImagePull") || text.contains("rpc error") || text.contains("failed to")
                ? text
                : text + " " + remarks.ofPull(pod);
        String lower = known.toLowerCase(Locale.ROOT);
        Duration grace;
        String kind;
        if (containsAny(lower, "no such host", "timeout", "connection re", "toomanyrequests", "x509", "eof")) {
            grace = patience.imageTrouble();
            kind = "registry";
        } else if (containsAny(
                lower,
                "not found",
                "notfound",
                "manifest unknown",
                "name unknown",
                "repository does not exist",
                "no match for platform")) {
            grace = patience.imageNotFound();
            kind = "missing";
        } else if (containsAny(lower, "unauthorized", "denied", "authentication required", "forbidden")) {
            grace = patience.imageDenied();
            kind = "denied";
        } else {
            grace = patience.imageTrouble();
            kind = "registry";
        }
        // One reason for both alternating states: the pull failed, whether it is being tried or waited for.
        Cause cause = cause(
                pod,
                container,
                "ErrImagePull",
                "image \"" + container.image() + "\" cannot be pulled: " + innermost(known.strip()));
        return Trouble.fatalAfter(grace, key("pull-" + kind, pod, container), cause);
    }

    /** The end of a chain of wrapped errors says what is wrong, the rest who passed it on. */
    private static String innermost(String text) {
        int wrapped = text.lastIndexOf("ErrImagePull: ");
        String inner = wrapped < 0 ? text : text.substring(wrapped + "ErrImagePull: ".length());
        return inner.isBlank() ? "no reason is given" : inner;
    }

    private Duration configurationGrace(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (containsAny(lower, "runasnonroot", "non-root policy", "will run as root", "invalid user")) {
            return Duration.ZERO;
        }
        return lower.contains("failed to sync") ? patience.nodeTrouble() : patience.configuration();
    }

    private static boolean isFinalStartText(String text) {
        return containsAny(
                text.toLowerCase(Locale.ROOT),
                "executable file not found",
                "no such file or directory",
                "permission denied",
                "exec format error");
    }

    private Optional<Trouble> fatal(
            Duration grace, ObservedPod pod, ObservedContainer container, State.Waiting waiting) {
        String message = waiting.message().isEmpty() ? "waits without saying why" : waiting.message();
        return Optional.of(Trouble.fatalAfter(
                grace, key(waiting.reason(), pod, container), cause(pod, container, waiting.reason(), message)));
    }

    private static boolean containsAny(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }

    static String key(String kind, ObservedPod pod, ObservedContainer container) {
        return kind + "/" + pod.metadata().uid() + "/" + container.name();
    }

    static Cause cause(ObservedPod pod, ObservedContainer container, String reason, String message) {
        String kind = switch (container.role()) {
            case INIT -> "init container";
            case SIDECAR -> "sidecar container";
            case MAIN -> "container";
        };
        String what = kind + " \"" + container.name() + "\" " + message;
        return new Cause(reason, what, pod.metadata().name(), container.name(), 1);
    }
}
