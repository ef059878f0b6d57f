// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.server.http.PortInUseException;
import dev.rollproof.sim.SimulatedCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof sim}: a simulated cluster for kubectl and every other client, until it is stopped. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        description = {
            "Serves a simulated Kubernetes cluster on 127.0.0.1, for kubectl and every other client, until it is stopped.",
            "Writes a kubeconfig, and says how to use it."
        })
final class SimCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(
            names = "--port",
            defaultValue = "6443",
            paramLabel = "N",
            description = "Where to listen, 0 for any that is free; default ${DEFAULT-VALUE}.")
    private int port = 6443;

    @Option(
            names = "--kubeconfig",
            defaultValue = "rollproof-sim.kubeconfig",
            paramLabel = "FILE",
            description = "Where to write what clients need; default ${DEFAULT-VALUE}.")
    private Path kubeconfig = Path.of("rollproof-sim.kubeconfig");

    @Option(
            names = "--nodes",
            defaultValue = "1",
            paramLabel = "N",
            description = "How many nodes of 8 CPUs, 16 GiB and 110 pods; default ${DEFAULT-VALUE}.")
    private int nodes = 1;

    @Option(
            names = "--speed",
            defaultValue = "1x",
            paramLabel = "Nx",
            description =
                    "How many times as fast as real time the cluster lives, such as 10x; default ${DEFAULT-VALUE}.")
    private String speed = "1x";

    @Option(names = "--images", paramLabel = "FILE", description = "What images do; without it all behave well.")
    private @Nullable Path images;

    @Override
    public Integer call() {
        refuseToOverwrite();
        SimulatedCluster.Builder builder = SimulatedCluster.builder()
                .images(ImagesFile.read(images))
                .nodes(nodes())
                .startAt(Time.system().now());
        // A signal ends the process with all its threads; what it leaves behind is the file.
        Thread whenKilled = new Thread(this::delete);
        Runtime.getRuntime().addShutdownHook(whenKilled);
        try (SimulatedCluster cluster = builder.build();
                SimulatedApiServer server = served(cluster)) {
            write(server.kubeconfig());
            tell(Objects.requireNonNull(parent).console().out(), cluster, server);
            new CountDownLatch(1).await();
        } catch (InterruptedException stopped) {
            delete();
        } finally {
            forget(whenKilled);
        }
        return ExitCode.ROLLED_OUT;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Then it runs.
        }
    }

    /** It is deleted in the end: somebody's own kubeconfig must not be. */
    private void refuseToOverwrite() {
        try {
            if (Files.exists(kubeconfig) && !Files.readString(kubeconfig).contains("current-context: rollproof-sim")) {
                throw new UsageException(
                        "--kubeconfig " + kubeconfig + " is there already, and not of this command; name another file");
            }
        } catch (IOException unreadable) {
            throw new UsageException(
                    "--kubeconfig " + kubeconfig + " is there already, and cannot be read; name another" + " file",
                    unreadable);
        }
    }

    private int nodes() {
        if (nodes < 1 || nodes > 1000) {
            throw new UsageException("--nodes must be between 1 and 1000, was " + nodes);
        }
        return nodes;
    }

    private SimulatedApiServer served(SimulatedCluster cluster) {
        SimulatedApiServer.Builder builder = SimulatedApiServer.of(cluster);
        try {
            builder.port(port);
        } catch (IllegalArgumentException invalid) {
            throw new UsageException("--port: " + invalid.getMessage());
        }
        try {
            builder.speed(factor());
        } catch (IllegalArgumentException invalid) {
            throw new UsageException("--speed: " + invalid.getMessage());
        }
        builder.onNodePort(address -> Objects.requireNonNull(parent)
                .console()
                .out()
                .println("Service " + address.namespace() + "/" + address.service() + ", node port "
                        + address.nodePort() + ": " + address.uri()));
        try {
            return builder.start();
        } catch (PortInUseException taken) {
            throw new UsageException(String.valueOf(taken.getMessage()), taken);
        }
    }

    private double factor() {
        try {
            return Double.parseDouble(speed.endsWith("x") ? speed.substring(0, speed.length() - 1) : speed);
        } catch (NumberFormatException invalid) {
            throw new UsageException("--speed must be a number of times such as 10x, was " + speed);
        }
    }

    /** Whoever reads it is let in: so it is its owner's alone, where the file system has such rights. */
    private void write(String text) {
        try {
            Files.deleteIfExists(kubeconfig);
            if (kubeconfig
                    .toAbsolutePath()
                    .getFileSystem()
                    .supportedFileAttributeViews()
                    .contains("posix")) {
                Files.createFile(
                        kubeconfig, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.writeString(kubeconfig, text);
        } catch (IOException unwritable) {
            throw new UsageException(
                    "--kubeconfig " + kubeconfig + " cannot be written; name a file in a folder that is"
                            + " there and yours",
                    unwritable);
        }
    }

    /** It is of no use to anybody once the server is gone. */
    private void delete() {
        try {
            Files.deleteIfExists(kubeconfig);
        } catch (IOException stays) {
            Objects.requireNonNull(parent).console().err().println("rollproof: " + kubeconfig + " stays; delete it");
        }
    }

    private void tell(PrintStream out, SimulatedCluster cluster, SimulatedApiServer server) {
        String file = kubeconfig.toAbsolutePath().normalize().toString();
        out.println("Serving a " + cluster.description().replace(", in virtual time", "") + " at " + server.url() + ", "
                + (factor() == 1 ? "in real time" : speed.replaceFirst("x?$", "x real time")) + ".");
        out.println("  export KUBECONFIG=" + (file.matches("[A-Za-z0-9/._-]+") ? file : "'" + file + "'"));
        out.println("  kubectl get nodes");
        out.println("Ctrl-C stops it; nothing is kept.");
    }
}
