// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a container's process does, and what its image needs; all that a kubelet has to know of either. */
public interface ContainerBehavior {
    /** How long a pull takes; none for an image that is on every node already. */
    Delay pull();

    /** The runtime's error when the image is pulled; null where it can be. */
    @Nullable
    String pullError();

    /** From the container's creation until its process runs. */
    Delay start();

    /** From the start of the process until it answers its probes; null for never. */
    @Nullable
    Delay ready();

    /** From the start of the process until it exits by itself; null for never. */
    @Nullable
    Delay crash();

    int exitCode();

    /** From the start of the process until the kernel kills it for its memory; null for never. */
    @Nullable
    Delay outOfMemory();

    /** After how many ends by itself it goes well. */
    int crashes();

    /** From the start of the process until its liveness probe fails; null for never. */
    @Nullable
    Delay livenessFails();

    /** From SIGTERM until the process has exited. */
    Delay stop();

    /** Whether it serves on until it has stopped. */
    boolean drains();

    /** Whether it ends kept connections with its next answer while it drains, so that their clients move on. */
    boolean closes();

    /** How long it takes to answer a request. */
    Delay latency();

    /** Which part of its answers says 500, from 0 to 1. */
    double errors();

    /** Whether it does not hear SIGTERM, so that only SIGKILL ends it. */
    boolean deaf();

    /** Whether the image lacks the command that it is started with. */
    boolean commandMissing();

    /** The ports that its process listens on; empty: on each that it is asked at. */
    Set<Integer> ports();

    /** Whether the image's user is root, which {@code runAsNonRoot} forbids. */
    boolean runsAsRoot();

    /** Finds the behaviour of a container. */
    interface Source {
        ContainerBehavior of(Pod pod, Container container);
    }
}
