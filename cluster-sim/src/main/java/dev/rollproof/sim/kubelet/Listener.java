// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.List;
import java.util.Optional;

/**
 * What a request meets at a port of a pod, at one moment.
 *
 * @param process tells one process at this port from the next
 * @param server what answers; empty unless something serves
 */
public record Listener(State state, int process, Optional<Server> server) {
    /** The variable by which a container tells its version. Without it, its image's tag is its version. */
    public static final String VERSION_VARIABLE = "CLOCK_VERSION";

    static final Listener NOBODY = new Listener(State.NOBODY, 0, Optional.empty());

    /** How far a request gets. */
    public enum State {
        /** There is no such address: packets are lost. */
        NOBODY,

        /** Nothing listens at the port: connections are refused. */
        CLOSED,

        /** The process takes no new connection, and ends those that it has with itself. */
        STOPPING,

        /** The process answers. */
        SERVING
    }

    /**
     * A process that answers.
     *
     * @param well whether it will ever be ready; a process that will not answers 503
     * @param draining whether SIGTERM has got to it, and it serves on
     * @param finishes whether it draws to its end in time to answer all that it was asked
     */
    public record Server(
            ContainerBehavior behavior, String version, boolean well, boolean draining, boolean finishes) {}

    static Listener of(List<ContainerRun> containers, int port, long now) {
        ContainerRun run = at(containers, port);
        if (!run.running || Command.of(run.container).isPresent()) {
            return new Listener(State.CLOSED, run.run, Optional.empty());
        }
        ContainerBehavior behavior = run.behavior;
        if (!isOpen(run, port)) {
            return new Listener(State.CLOSED, run.run, Optional.empty());
        }
        boolean signalled = now >= run.signalNanos;
        if (signalled && !behavior.drains() && !behavior.deaf()) {
            return new Listener(State.STOPPING, run.run, Optional.empty());
        }
        boolean well = behavior.ready() != null;
        if (well && now < run.answersFromNanos) {
            return new Listener(State.CLOSED, run.run, Optional.empty());
        }
        boolean draining = signalled && behavior.drains();
        return run.serving(well, draining, draining && run.endsInTime);
    }

    /** The container whose image listens there, or that declares the port, or the first. */
    private static ContainerRun at(List<ContainerRun> containers, int port) {
        ContainerRun declaring = null;
        for (ContainerRun run : containers) {
            if (run.behavior.ports().contains(port)) {
                return run;
            }
            if (declaring == null && declares(run.container, port)) {
                declaring = run;
            }
        }
        return declaring == null ? containers.get(0) : declaring;
    }

    private static boolean declares(Container container, int port) {
        List<ContainerPort> ports = container.getPorts();
        for (int i = 0; ports != null && i < ports.size(); i++) {
            if (ports.get(i).getContainerPort() == port) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOpen(ContainerRun run, int port) {
        return run.behavior.ports().isEmpty() || run.behavior.ports().contains(port);
    }

    /** Whether a probe of a container at a port of its pod can ever be answered, by it or by a container beside it. */
    static boolean isOpen(ContainerRun probed, List<ContainerRun> containers, int port) {
        return isOpen(probed, port)
                || containers.stream()
                        .anyMatch(other -> other.behavior.ports().contains(port)
                                || (other.behavior.ports().isEmpty() && declares(other.container, port)));
    }

    /** What a container says its version is. */
    static String version(Container container) {
        if (container.getEnv() != null) {
            for (EnvVar variable : container.getEnv()) {
                if (variable.getName().equals(VERSION_VARIABLE) && variable.getValue() != null) {
                    return variable.getValue();
                }
            }
        }
        String image = container.getImage();
        String name = image.substring(image.lastIndexOf('/') + 1);
        int digest = name.indexOf('@');
        String tagged = digest < 0 ? name : name.substring(0, digest);
        int colon = tagged.indexOf(':');
        return colon < 0 ? "latest" : tagged.substring(colon + 1);
    }
}
