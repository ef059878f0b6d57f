// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.sim.engine.Delay;
import dev.rollproof.sim.kubelet.ContainerBehavior;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What containers of an image do. Starts from {@link #wellBehaved()}: on every node already, running within half a second,
 * answering its probes and all requests a moment later, exiting with 0 soon after SIGTERM. Each method gives a copy that differs in one thing;
 * where it takes two durations, each time is drawn between them.
 *
 * <pre>{@code
 * images.declare("clock:1.2", ImageBehavior.wellBehaved().readyAfter(Duration.ofSeconds(2)));
 * images.declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(Duration.ofSeconds(1)).withExitCode(1));
 * }</pre>
 *
 * <p>Readiness counts for containers with a readiness probe; without one, Kubernetes takes a running container for ready.
 *
 * @param pull how long a pull takes; none: the image is on every node already
 * @param pullError the runtime's error when it is pulled; null where it can be
 * @param start from the container's creation until its process runs
 * @param ready from there until it answers its probes; null for never
 * @param crash from there until it exits by itself; null for never
 * @param exitCode how it exits then
 * @param outOfMemory from there until it is killed for its memory; null for never
 * @param crashes after how many ends by itself it goes well
 * @param livenessFails from there until its liveness probe fails; null for never
 * @param stop from SIGTERM until it has exited
 * @param drains whether it serves on until then
 * @param closes whether it ends kept connections then, with its next answer on them
 * @param latency how long it takes to answer a request
 * @param errors which part of its answers says 500, from 0 to 1
 * @param deaf whether only SIGKILL ends it
 * @param commandMissing whether it lacks the command that it is started with
 * @param runsAsRoot whether its user is root
 * @param ports the ports that it listens on; empty: on each that it is asked at
 */
public record ImageBehavior(
        Delay pull,
        @Nullable String pullError,
        Delay start,
        @Nullable Delay ready,
        @Nullable Delay crash,
        int exitCode,
        @Nullable Delay outOfMemory,
        int crashes,
        @Nullable Delay livenessFails,
        Delay stop,
        boolean drains,
        boolean closes,
        Delay latency,
        double errors,
        boolean deaf,
        boolean commandMissing,
        boolean runsAsRoot,
        Set<Integer> ports)
        implements ContainerBehavior {
    /** Stands for the name of the image in a pull error. */
    static final String IMAGE = "${image}";

    private static final String NOT_FOUND = "rpc error: code = NotFound desc = failed to pull and unpack image \""
            + IMAGE + "\": failed to resolve reference \"" + IMAGE + "\": " + IMAGE + ": not found";

    private static final ImageBehavior WELL_BEHAVED = new ImageBehavior(
            Delay.NONE,
            null,
            Delay.ofMillis(100, 400),
            Delay.ofMillis(50, 350),
            null,
            1,
            null,
            Integer.MAX_VALUE,
            null,
            Delay.ofMillis(20, 150),
            false,
            false,
            Delay.ofMillis(2, 8),
            0,
            false,
            false,
            true,
            Set.of());

    /** @throws IllegalArgumentException if a part is not from 0 to 1, an exit code not from 0 to 255, a number negative or a port none */
    public ImageBehavior {
        Objects.requireNonNull(pull, "pull");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(stop, "stop");
        Objects.requireNonNull(latency, "latency");
        if (!(errors >= 0 && errors <= 1)) {
            throw new IllegalArgumentException("the part of errors is between 0 and 1, was " + errors);
        }
        if (exitCode < 0 || exitCode > 255) {
            throw new IllegalArgumentException("an exit code is between 0 and 255, was " + exitCode);
        }
        if (crashes < 0) {
            throw new IllegalArgumentException("the number of crashes must not be negative, was " + crashes);
        }
        ports = Set.copyOf(ports);
        for (int port : ports) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a port is between 1 and 65535, was " + port);
            }
        }
    }

    /** An image as one wishes for. */
    public static ImageBehavior wellBehaved() {
        return WELL_BEHAVED;
    }

    /** No node has it: it takes this long to pull, once on each node. Default: none. */
    public ImageBehavior pullTakes(Duration time) {
        return pullTakes(time, time);
    }

    /** Takes so long to pull, drawn for each pull. */
    public ImageBehavior pullTakes(Duration least, Duration most) {
        return copy(c -> c.pull = Delay.between(least, most));
    }

    /** From the container's creation until its process runs. Default: 0.1 to 0.4 s. */
    public ImageBehavior startsIn(Duration time) {
        return startsIn(time, time);
    }

    /** Runs after so long, drawn for each container. */
    public ImageBehavior startsIn(Duration least, Duration most) {
        return copy(c -> c.start = Delay.between(least, most));
    }

    /** From the start of the process until its readiness probe succeeds. Default: 0.05 to 0.35 s. */
    public ImageBehavior readyAfter(Duration time) {
        return readyAfter(time, time);
    }

    /** Is ready after so long, drawn for each container. */
    public ImageBehavior readyAfter(Duration least, Duration most) {
        return copy(c -> c.ready = Delay.between(least, most));
    }

    /** Runs, and its readiness probe answers 503 for ever. */
    public ImageBehavior neverReady() {
        return copy(c -> c.ready = null);
    }

    /** Exits by itself each time, with 1 unless {@link #withExitCode} says otherwise. */
    public ImageBehavior crashesAfter(Duration time) {
        return crashesAfter(time, time);
    }

    /** Exits by itself after so long, drawn each time. */
    public ImageBehavior crashesAfter(Duration least, Duration most) {
        return copy(c -> c.crash = Delay.between(least, most));
    }

    /** How it exits when it does so by itself. Default: 1. */
    public ImageBehavior withExitCode(int code) {
        return copy(c -> c.exitCode = code);
    }

    /** Is killed by the kernel for its memory, with 137, each time. */
    public ImageBehavior outOfMemoryAfter(Duration time) {
        return outOfMemoryAfter(time, time);
    }

    /** Runs out of memory after so long, drawn each time. */
    public ImageBehavior outOfMemoryAfter(Duration least, Duration most) {
        return copy(c -> c.outOfMemory = Delay.between(least, most));
    }

    /** Crashes, or runs out of memory, this many times per container only, and goes well then. Default: no limit. */
    public ImageBehavior times(int crashes) {
        return copy(c -> c.crashes = crashes);
    }

    /** Its liveness probe, if it has one, answers 500 from this time on. */
    public ImageBehavior livenessFailsAfter(Duration time) {
        return livenessFailsAfter(time, time);
    }

    /** Fails its liveness probe after so long, drawn for each container. */
    public ImageBehavior livenessFailsAfter(Duration least, Duration most) {
        return copy(c -> c.livenessFails = Delay.between(least, most));
    }

    /** Serves no more when SIGTERM comes, and takes this long to exit. Default: 0.02 to 0.15 s. */
    public ImageBehavior stopsIn(Duration time) {
        return stopsIn(time, time);
    }

    /** Exits so long after SIGTERM, drawn for each container, and answers nobody meanwhile. */
    public ImageBehavior stopsIn(Duration least, Duration most) {
        return copy(c -> {
            c.stop = Delay.between(least, most);
            c.drains = false;
        });
    }

    /** Serves on for this long when SIGTERM comes, and exits with 0 then. */
    public ImageBehavior drainsFor(Duration time) {
        return drainsFor(time, time);
    }

    /** Exits so long after SIGTERM, drawn for each container, and answers until then. */
    public ImageBehavior drainsFor(Duration least, Duration most) {
        return copy(c -> {
            c.stop = Delay.between(least, most);
            c.drains = true;
        });
    }

    /** While it drains, it says {@code Connection: close} with each answer, so that kept connections move. Default: no. */
    public ImageBehavior closesWhileDraining() {
        return copy(c -> c.closes = true);
    }

    /** How long it takes to answer a request. Default: 2 to 8 ms. */
    public ImageBehavior answersIn(Duration time) {
        return answersIn(time, time);
    }

    /** Answers after so long, drawn for each request. */
    public ImageBehavior answersIn(Duration least, Duration most) {
        return copy(c -> c.latency = Delay.between(least, most));
    }

    /** Answers this part of all requests with 500, from 0 to 1; its probes are well. Default: none. */
    public ImageBehavior failsRequests(double part) {
        return copy(c -> c.errors = part);
    }

    /** Does not hear SIGTERM: SIGKILL ends it when its grace period is over. */
    public ImageBehavior ignoresSigterm() {
        return copy(c -> c.deaf = true);
    }

    /** Cannot be pulled, for the reason that the runtime gives. */
    public ImageBehavior cannotBePulled(String error) {
        Objects.requireNonNull(error, "error");
        return copy(c -> c.pullError = error);
    }

    /** The registry does not have it. The texts are those of containerd, for the image that is asked for. */
    public ImageBehavior notFound() {
        return cannotBePulled(NOT_FOUND);
    }

    /** Does not have the command that it is started with. */
    public ImageBehavior commandNotFound() {
        return copy(c -> c.commandMissing = true);
    }

    /** Its user is not root, so that {@code runAsNonRoot} lets it run. Default: root. */
    public ImageBehavior runsAsNonRoot() {
        return copy(c -> c.runsAsRoot = false);
    }

    /**
     * Listens on these ports and no others, whatever a manifest says: a probe or a request to another is refused. Default: each that it
     * is asked at, since a manifest does not have to declare ports.
     */
    public ImageBehavior listensOn(int... numbers) {
        return copy(c -> c.ports = IntStream.of(numbers).boxed().collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * The same with one word of an images file, such as {@code with("crashAfter", "8s")}.
     *
     * @throws IllegalArgumentException that says what is wrong with the word or its value
     */
    public ImageBehavior with(String word, String value) {
        return BehaviorWords.apply(this, word, value);
    }

    ImageBehavior forImage(String image) {
        String error = pullError;
        return error == null || !error.contains(IMAGE) ? this : cannotBePulled(error.replace(IMAGE, image));
    }

    private ImageBehavior copy(Consumer<Changes> change) {
        Changes changes = new Changes(this);
        change.accept(changes);
        return changes.build();
    }

    /** The fields once more, to be changed. */
    private static final class Changes {
        Delay pull;

        @Nullable
        String pullError;

        Delay start;

        @Nullable
        Delay ready;

        @Nullable
        Delay crash;

        int exitCode;

        @Nullable
        Delay outOfMemory;

        int crashes;

        @Nullable
        Delay livenessFails;

        Delay stop;
        boolean drains;
        boolean closes;
        Delay latency;
        double errors;
        boolean deaf;
        boolean commandMissing;
        boolean runsAsRoot;
        Set<Integer> ports;

        Changes(ImageBehavior from) {
            pull = from.pull;
            pullError = from.pullError;
            start = from.start;
            ready = from.ready;
            crash = from.crash;
            exitCode = from.exitCode;
            outOfMemory = from.outOfMemory;
            crashes = from.crashes;
            livenessFails = from.livenessFails;
            stop = from.stop;
            drains = from.drains;
            closes = from.closes;
            latency = from.latency;
            errors = from.errors;
            deaf = from.deaf;
            commandMissing = from.commandMissing;
            runsAsRoot = from.runsAsRoot;
            ports = from.ports;
        }

        ImageBehavior build() {
            return new ImageBehavior(
                    pull,
                    pullError,
                    start,
                    ready,
                    crash,
                    exitCode,
                    outOfMemory,
                    crashes,
                    livenessFails,
                    stop,
                    drains,
                    closes,
                    latency,
                    errors,
                    deaf,
                    commandMissing,
                    runsAsRoot,
                    ports);
        }
    }
}
