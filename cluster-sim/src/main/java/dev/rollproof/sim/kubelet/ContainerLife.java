// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Leads a pod's containers from the pull of the image to their end, and again, with the texts that Kubernetes has for it. */
final class ContainerLife {
    private static final long SECOND = 1_000_000_000L;

    private final PodWorker worker;
    private final Probing probing;

    ContainerLife(PodWorker worker) {
        this.worker = worker;
        this.probing = new Probing(worker, this);
    }

    private long now() {
        return worker.api.loop().elapsedNanos();
    }

    private String timestamp() {
        return worker.api.timestamps().now();
    }

    /** Starts a container for the first time or again: image, configuration, process. */
    void start(ContainerRun run) {
        run.attempts++;
        tryToStart(run);
    }

    private void tryToStart(ContainerRun run) {
        if (worker.isTerminating()) {
            return;
        }
        String image = run.container.getImage();
        Optional<String> problem = ImageName.problemOf(image);
        if (problem.isPresent()) {
            invalidImage(run, image, problem.get());
            return;
        }
        ContainerBehavior behavior = run.behavior;
        String error = behavior.pullError();
        boolean isNeverPulled = "Never".equals(run.container.getImagePullPolicy());
        if (error != null && isNeverPulled) {
            notPresent(run, image);
        } else if (error != null) {
            worker.normal(run, "Pulling", "Pulling image \"" + image + "\"");
            worker.after(behavior.pull(), () -> pullFailed(run, image, error));
        } else if (!behavior.pull().isZero() && !isNeverPulled && !worker.node.images.contains(image)) {
            worker.normal(run, "Pulling", "Pulling image \"" + image + "\"");
            long time = worker.timing.draw(behavior.pull());
            worker.after(time, () -> {
                worker.node.images.add(image);
                String took = String.format(Locale.ROOT, "%.3fs", time / 1e9);
                worker.normal(
                        run,
                        "Pulled",
                        "Successfully pulled image \"" + image + "\" in " + took + " (" + took
                                + " including waiting). Image size: 5242880 bytes.");
                configure(run);
            });
        } else {
            worker.normal(
                    run,
                    "Pulled",
                    "Container image \"" + image + "\" already present on machine"
                            + (worker.minor >= 35 ? " and can be accessed by the pod" : ""));
            configure(run);
        }
    }

    private void invalidImage(ContainerRun run, String image, String why) {
        String message = "Failed to apply default image tag \"" + image + "\": couldn't parse image name \"" + image
                + "\": " + why;
        noImage(run, "InspectFailed", "InvalidImageName", message);
    }

    /** What could not be pulled is not on the node, either. */
    private void notPresent(ContainerRun run, String image) {
        String message = "Container image \"" + image + "\" is not present with pull policy of Never";
        noImage(run, "ErrImageNeverPull", "ErrImageNeverPull", message);
        worker.after(Timing.RESYNC, () -> tryToStart(run));
    }

    private void noImage(ContainerRun run, String event, String reason, String message) {
        worker.warning(run, event, message);
        worker.warning(run, "Failed", "Error: " + reason);
        run.wait(reason, message);
        worker.changed();
    }

    private void pullFailed(ContainerRun run, String image, String error) {
        if (worker.isTerminating()) {
            return;
        }
        worker.warning(run, "Failed", "Failed to pull image \"" + image + "\": " + error);
        worker.warning(run, "Failed", "Error: ErrImagePull");
        run.wait("ErrImagePull", error);
        worker.changed();
        long failed = now();
        run.pulls.next(failed);
        String backOff = "Back-off pulling image \"" + image + "\"";
        worker.after(Timing.BACK_OFF_SHOWN, () -> {
            worker.normal(run, "BackOff", backOff);
            worker.warning(run, "Failed", "Error: ImagePullBackOff");
        });
        long shown = worker.timing.draw(Timing.RESYNC);
        worker.after(shown, () -> {
            run.wait("ImagePullBackOff", backOff + ": ErrImagePull: " + error);
            worker.changed();
        });
        long again = Math.max(run.pulls.seconds() * SECOND, shown + worker.timing.draw(Timing.RESYNC));
        worker.after(again, () -> tryToStart(run));
    }

    private void configure(ContainerRun run) {
        if (worker.isTerminating()) {
            return;
        }
        String error = References.missingInEnvironment(worker.api, worker.pod, run.container);
        if (error == null) {
            String refused = References.rootRefused(worker.pod, run.container, run.behavior.runsAsRoot());
            error = refused == null
                    ? null
                    : refused + " (pod: \"" + worker.fullName() + "\", container: " + run.name() + ")";
        }
        if (error != null) {
            worker.warning(run, "Failed", "Error: " + error);
            run.wait("CreateContainerConfigError", error);
            worker.changed();
            worker.after(Timing.RESYNC, () -> tryToStart(run));
            return;
        }
        worker.normal(run, "Created", worker.minor >= 35 ? "Container created" : "Created container: " + run.name());
        int planned = run.run;
        worker.after(run.behavior.start(), () -> {
            if (run.run == planned && !worker.isTerminating()) {
                process(run);
            }
        });
    }

    private void process(ContainerRun run) {
        if (run.behavior.commandMissing()) {
            commandNotFound(run);
            return;
        }
        run.run(
                timestamp(),
                now(),
                "sha256:" + Long.toHexString(run.container.getImage().hashCode() & 0xffffffffL) + "0".repeat(56),
                "containerd://" + worker.timing.hex(64));
        worker.normal(run, "Started", worker.minor >= 35 ? "Container started" : "Started container " + run.name());
        planEnd(run);
        probing.begin(run);
        worker.changed();
    }

    private void commandNotFound(ContainerRun run) {
        List<String> command = run.container.getCommand();
        String program = command == null || command.isEmpty() ? "/entrypoint" : command.get(0);
        String why = program.startsWith("/")
                ? "stat " + program + ": no such file or directory"
                : "executable file not found in $PATH";
        String message = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc"
                + " create failed: unable to start container process: exec: \"" + program + "\": " + why
                + ": unknown";
        worker.warning(run, "Failed", "Error: " + message);
        run.failToStart("RunContainerError", message, 128, "StartError", timestamp(), now());
        worker.changed();
        worker.after(Timing.LATE, () -> restart(run));
    }

    /** Plans how the process ends by itself. */
    private void planEnd(ContainerRun run) {
        Optional<Command> command = Command.of(run.container);
        if (command.isPresent()) {
            exitAfter(run, command.get().after().toNanos(), command.get().exitCode(), null);
        } else if (run.attempts <= run.behavior.crashes()) {
            Delay outOfMemory = run.behavior.outOfMemory();
            Delay crash = run.behavior.crash();
            if (outOfMemory != null) {
                exitAfter(run, worker.timing.draw(outOfMemory), 137, "OOMKilled");
            } else if (crash != null) {
                exitAfter(run, worker.timing.draw(crash), run.behavior.exitCode(), null);
            } else if (run.init && !run.sidecar) {
                exitAfter(run, 0, 0, null);
            }
        } else if (run.init && !run.sidecar) {
            exitAfter(run, 0, 0, null);
        }
    }

    private void exitAfter(ContainerRun run, long nanos, int exitCode, @Nullable String reason) {
        int planned = run.run;
        worker.after(nanos + worker.timing.draw(Delay.ofMillis(20, 120)), () -> {
            if (run.run == planned && run.running) {
                exit(run, exitCode, reason);
            }
        });
    }

    private void exit(ContainerRun run, int exitCode, @Nullable String reason) {
        String why = reason != null ? reason : exitCode == 0 ? "Completed" : "Error";
        run.end(exitCode, why, null, timestamp(), now());
        worker.ended(run);
    }

    /** Starts an ended container again, now or when its back-off is over. */
    void restart(ContainerRun run) {
        if (worker.isTerminating() || run.running) {
            return;
        }
        long seconds = run.restarts.secondsSince(run.finishedNanos, now());
        if (seconds == 0) {
            run.restarts.next(now());
            start(run);
            return;
        }
        long left = run.finishedNanos + seconds * SECOND - now();
        String message = "back-off "
                + (seconds == 300 ? "5m0s" : seconds >= 60 ? seconds / 60 + "m" + seconds % 60 + "s" : seconds + "s")
                + " restarting failed container=" + run.name() + " pod=" + worker.fullName();
        long shown = run.init && !run.sidecar
                ? Math.max(0, left - worker.timing.draw(Delay.ofMillis(600, 800)))
                : worker.timing.draw(Timing.BACK_OFF_SHOWN);
        int planned = run.run;
        tellBackOff(run, planned, left);
        worker.after(shown, () -> {
            if (run.run == planned && !worker.isTerminating()) {
                run.wait("CrashLoopBackOff", message);
                worker.changed();
            }
        });
        worker.after(left + worker.timing.draw(Timing.LATE), () -> {
            if (run.run == planned) {
                restart(run);
            }
        });
    }

    private void tellBackOff(ContainerRun run, int planned, long left) {
        if (run.run != planned || worker.isTerminating()) {
            return;
        }
        worker.warning(
                run, "BackOff", "Back-off restarting failed container " + run.name() + " in pod " + worker.fullName());
        long pause = worker.timing.draw(Timing.RESYNC);
        if (pause < left) {
            worker.after(pause, () -> tellBackOff(run, planned, left - pause));
        }
    }

    /** The kubelet kills a container whose probe says so; it is restarted like one that ended by itself. */
    void killUnhealthy(ContainerRun run, String probe, @Nullable Long probeGraceSeconds) {
        if (!run.running || worker.isTerminating()) {
            return;
        }
        worker.normal(run, "Killing", "Container " + run.name() + " failed " + probe + " probe, will be restarted");
        Long podGrace = worker.pod.getSpec().getTerminationGracePeriodSeconds();
        long grace = probeGraceSeconds != null ? probeGraceSeconds : podGrace != null ? podGrace : 30;
        signal(run, grace * SECOND);
    }

    /** The pod ends: SIGTERM after the preStop hook, SIGKILL at the end of the grace period. */
    void stop(ContainerRun run, long graceNanos) {
        if (!run.running) {
            run.run++;
            run.stayEnded();
            return;
        }
        worker.normal(run, "Killing", "Stopping container " + run.name());
        signal(run, graceNanos);
    }

    private void signal(ContainerRun run, long graceNanos) {
        long hook = preStop(run.container);
        boolean deaf = run.behavior.deaf() || Command.of(run.container).isPresent();
        long stops = deaf ? Long.MAX_VALUE : hook + worker.timing.draw(run.behavior.stop());
        run.signalNanos = Math.min(run.signalNanos, now() + hook);
        run.endsInTime = stops <= graceNanos;
        int planned = run.run;
        worker.after(Math.min(stops, Math.max(graceNanos, 0)), () -> {
            if (run.run == planned && run.running) {
                if (stops <= graceNanos) {
                    exit(run, 0, null);
                } else {
                    exit(run, 137, null);
                }
            }
        });
    }

    private static long preStop(Container container) {
        if (container.getLifecycle() == null || container.getLifecycle().getPreStop() == null) {
            return 0;
        }
        var hook = container.getLifecycle().getPreStop();
        if (hook.getSleep() != null && hook.getSleep().getSeconds() != null) {
            return hook.getSleep().getSeconds() * SECOND;
        }
        if (hook.getExec() != null
                && hook.getExec().getCommand() != null
                && !hook.getExec().getCommand().isEmpty()) {
            return Command.of(hook.getExec().getCommand())
                    .map(command -> command.after().toNanos())
                    .orElse(0L);
        }
        return 0;
    }

    static @Nullable Long graceOf(@Nullable Probe probe) {
        return probe == null ? null : probe.getTerminationGracePeriodSeconds();
    }
}
