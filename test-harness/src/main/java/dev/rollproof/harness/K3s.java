// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A Kubernetes of one node in a container, through Testcontainers. The image decides on its version. Thread-safe.
 *
 * <p>{@link ClusterTest} starts one for all tests of a JVM, in the image that the system property {@code rollproof.k3s.image}
 * names, else the environment variable {@code ROLLPROOF_K3S_IMAGE}, else {@value #DEFAULT_IMAGE}; a test gets it as a
 * parameter. Others call {@link #start}, and close it.
 */
public final class K3s implements AutoCloseable {
    /** What is started where neither {@code rollproof.k3s.image} nor {@code ROLLPROOF_K3S_IMAGE} names another. */
    public static final String DEFAULT_IMAGE = "rancher/k3s:v1.34.1-k3s1";

    /** Where the node's address cannot be reached, only these node ports can: this one and the three after it. */
    public static final int FIRST_NODE_PORT = 30080;

    private static final int NODE_PORTS = 4;
    private static final String KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final K3sContainer container;
    private final String kubeconfig;
    private final KubernetesClient client;
    private final NodePorts nodePorts;
    private final ApiServerProcess apiServer;
    private final Set<String> loaded = new HashSet<>();

    private K3s(K3sContainer container) {
        this.container = container;
        kubeconfig = container.getKubeConfigYaml();
        client = client(new JdkHttpClientFactory());
        nodePorts = new NodePorts(container, FIRST_NODE_PORT, NODE_PORTS);
        apiServer = new ApiServerProcess(container);
    }

    /** The image that properties choose. */
    static String image(Function<String, Optional<String>> property) {
        return property.apply("rollproof.k3s.image")
                .or(() -> Optional.ofNullable(System.getenv("ROLLPROOF_K3S_IMAGE")))
                .filter(image -> !image.isBlank())
                .orElse(DEFAULT_IMAGE);
    }

    /**
     * Starts one and waits until its node is ready and the default service account is there, so that pods can be created.
     *
     * @param image of k3s, such as {@value #DEFAULT_IMAGE}, or one that starts like it
     * @throws IllegalStateException if it cannot be started; the message says why
     */
    public static K3s start(String image) {
        K3sContainer container = null;
        try {
            DockerImageName name = DockerImageName.parse(image).asCompatibleSubstituteFor("rancher/k3s");
            name.assertValid();
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                throw new IllegalStateException("no container engine can be reached");
            }
            pull(image);
            container = new K3sContainer(name);
            for (int i = 0; i < NODE_PORTS; i++) {
                container.addExposedPort(FIRST_NODE_PORT + i);
            }
            container.waitingFor(new KubeconfigWritten());
            container.start();
            K3s started = new K3s(container);
            started.awaitReady();
            return started;
        } catch (RuntimeException failed) {
            if (container != null) {
                container.stop();
            }
            throw new IllegalStateException(image + " cannot be started: " + firstAndLast(failed), failed);
        }
    }

    /** Once and not for long: Testcontainers itself would try for minutes where no registry can be reached. */
    private static void pull(String image) {
        DockerClient docker = DockerClientFactory.instance().client();
        try {
            docker.inspectImageCmd(image).exec();
        } catch (NotFoundException missing) {
            try {
                PullImageResultCallback pulling = docker.pullImageCmd(image).exec(new PullImageResultCallback());
                if (!pulling.awaitCompletion(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("it is not here, and is not pulled in 3 minutes", missing);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", interrupted);
            }
        }
    }

    /** What was tried, and at the bottom of it. */
    private static String firstAndLast(Throwable failed) {
        Throwable last = failed;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        String first = firstLine(failed);
        return last == failed ? first : first + ": " + firstLine(last);
    }

    private static String firstLine(Throwable failed) {
        return String.valueOf(failed.getMessage()).lines().findFirst().orElse("");
    }

    /** There is a kubeconfig to ask the API server with; a line in the log would say less, and differ between versions. */
    private static final class KubeconfigWritten extends AbstractWaitStrategy {
        @Override
        protected void waitUntilReady() {
            Awaitility.await("the kubeconfig is written")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptions()
                    .until(() -> waitStrategyTarget
                                    .execInContainer("grep", "-q", "client-key-data", KUBECONFIG)
                                    .getExitCode()
                            == 0);
        }
    }

    /**
     * Waits until the API server answers, the node is ready and the default service account is there: after the start, and
     * after a fault.
     */
    public void awaitReady() {
        Awaitility.await("the node is ready and the default service account is there")
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> nodeIsReady()
                        && client.serviceAccounts()
                                        .inNamespace("default")
                                        .withName("default")
                                        .get()
                                != null);
    }

    private boolean nodeIsReady() {
        return client.nodes().list().getItems().stream()
                .flatMap(node -> node.getStatus().getConditions().stream())
                .filter(condition -> condition.getType().equals("Ready"))
                .map(NodeCondition::getStatus)
                .anyMatch("True"::equals);
    }

    /** An administrator's kubeconfig, as YAML, with an address that can be reached from here. */
    public String kubeconfig() {
        return kubeconfig;
    }

    /** An administrator's client, everybody's: not to be closed. */
    public KubernetesClient client() {
        return client;
    }

    /** A client of the caller's own over another transport of fabric8's, for the caller to close. */
    public KubernetesClient client(HttpClient.Factory transport) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig))
                .withHttpClientFactory(transport)
                .build();
    }

    /**
     * Loads the images of a tar, as {@code docker save} or Jib write it, onto the node, where containers with
     * {@code imagePullPolicy: IfNotPresent} use them; the same file is loaded once only.
     */
    public void loadImage(Path tar) {
        synchronized (loaded) {
            if (!loaded.add(identity(tar))) {
                return;
            }
            String inside = "/tmp/images-" + loaded.size() + ".tar";
            container.copyFileToContainer(MountableFile.forHostPath(tar.toAbsolutePath()), inside);
            exec("ctr", "-n", "k8s.io", "images", "import", inside);
            exec("rm", inside);
        }
    }

    private static String identity(Path tar) {
        try {
            return tar.toRealPath() + " " + Files.size(tar) + " " + Files.getLastModifiedTime(tar);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "the image's tar " + tar + " cannot be read; name one that exists", unreadable);
        }
    }

    /**
     * Runs a command on the node and returns what it printed.
     *
     * @throws IllegalStateException if it does not exit with 0
     */
    public String exec(String... command) {
        ExecResult result = run(container, command);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException("\"" + String.join(" ", command) + "\" exited with " + result.getExitCode()
                    + ": " + result.getStderr() + result.getStdout());
        }
        return result.getStdout();
    }

    static ExecResult run(K3sContainer container, String... command) {
        try {
            return container.execInContainer(command);
        } catch (IOException failed) {
            throw new IllegalStateException("\"" + String.join(" ", command) + "\" cannot be run on the node", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /**
     * Where a Service's node port answers, such as {@code 172.17.0.2:30080}: on the node itself where its address can be
     * reached from here, as on Linux; else on a port of this machine.
     *
     * @throws IllegalArgumentException if this one cannot be reached; the message names those that can
     */
    public String nodePort(int port) {
        return nodePorts.address(port);
    }

    /**
     * Kills the API server (SIGKILL) and returns at once. It starts again by itself; {@link #awaitReady} waits for that.
     *
     * @throws UnsupportedOperationException where it is no process of its own, as in k3s, whose one process is everything
     */
    public void killApiServer() {
        apiServer.signal("KILL");
    }

    /**
     * Asks the API server to end (SIGTERM) and returns at once: it leaves its watches open and silent until it has shut down,
     * which may take a minute, and starts again by itself.
     *
     * @throws UnsupportedOperationException where it is no process of its own, as in k3s, whose one process is everything
     */
    public void restartApiServer() {
        apiServer.signal("TERM");
    }

    /**
     * Freezes the API server: connections stay open, and nothing answers. Where it is no process of its own, as in k3s, the
     * whole node freezes, containers and all.
     *
     * @return thaws it again when it is closed
     */
    public Freeze freezeApiServer() {
        return apiServer.freeze();
    }

    /** An API server that is frozen until this is closed; closing it again does nothing. */
    public interface Freeze extends AutoCloseable {
        @Override
        void close();
    }

    /** What the node's processes wrote to standard output. */
    public String log() {
        return Objects.requireNonNullElse(container.getLogs(), "");
    }

    @Override
    public void close() {
        client.close();
        container.stop();
    }

    @Override
    public String toString() {
        return "k3s in " + container.getDockerImageName();
    }
}
