// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real Kubernetes in a container: started by the first test class that asks for it, stopped when all tests are through.
 * Tests get a {@link Cluster}, a {@link KubernetesCluster} (shared, through the JDK's HTTP client) or the
 * {@link RealKubernetes} itself as a parameter. They share the cluster, so each works in a namespace of its own.
 *
 * <pre>{@code
 * @ExtendWith(RealKubernetes.class)
 * class ThisTest {
 *     @Test
 *     void itWorks(KubernetesCluster cluster) { ... }
 * }
 * }</pre>
 *
 * <p>The image is the system property {@code rollproof.k3s.image}, else the environment variable
 * {@code ROLLPROOF_K3S_IMAGE}, else {@value #DEFAULT_IMAGE}. Where it cannot be started the tests are skipped, and one line
 * says why; with {@code -Drollproof.require=k3s} they fail instead.
 *
 * <p>Nothing is pulled into the cluster. It has these images, made of the busybox that is on the node, for containers with
 * {@code imagePullPolicy: IfNotPresent} (the default, as none is tagged {@code latest}):
 *
 * <ul>
 *   <li>{@code clock:1.0}, {@code clock:1.1}, {@code clock:1.2} serve their version at {@code /} and 200 at {@code /ready}, on
 *       port 8080, and exit with 0 at once on SIGTERM
 *   <li>{@code clock:never} runs, but has no {@code /ready}
 *   <li>{@code clock:broken} exits with 3 at once
 *   <li>{@code clock:deaf} serves on after SIGTERM, until it is killed
 * </ul>
 *
 * <p>All of them have a shell and busybox's commands, such as {@code ["sleep", "60"]}.
 */
public final class RealKubernetes implements BeforeAllCallback, ParameterResolver {
    static final String DEFAULT_IMAGE = "rancher/k3s:v1.34.1-k3s1";

    private static final String MAKE_IMAGES = """
            set -e
            busybox=$(command -v busybox || echo /bin/busybox)
            work=$(mktemp -d)
            mkdir -p $work/root/bin $work/root/tmp $work/root/www
            cp -L $busybox $work/root/bin/busybox
            for command in $($busybox --list); do
              [ $command = busybox ] || ln -s busybox $work/root/bin/$command
            done
            cat > $work/root/serve.sh <<'END'
            #!/bin/sh
            [ $VERSION = broken ] && exit 3
            [ $VERSION = deaf ] && trap '' TERM || trap 'exit 0' TERM
            echo "clock $VERSION" > /www/index.html
            [ $VERSION = never ] || echo ready > /www/ready
            while true; do
              httpd -f -p 8080 -h /www &
              wait
            done
            END
            cd $work
            $busybox tar -C root -cf layer.tar .
            layer=$($busybox sha256sum layer.tar | cut -d' ' -f1)
            case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
            comma=
            for version in 1.0 1.1 1.2 never broken deaf; do
              printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin","VERSION=%s"],"Entrypoint":["/bin/sh","/serve.sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
                  $architecture $version $layer > $version.json
              printf '%s{"Config":"%s.json","RepoTags":["docker.io/library/clock:%s"],"Layers":["layer.tar"]}' \
                  "$comma" $version $version >> list
              comma=,
            done
            echo "[$(cat list)]" > manifest.json
            $busybox tar -cf images.tar manifest.json layer.tar *.json
            ctr -n k8s.io images import images.tar
            rm -rf $work
            """;

    /** The container and the clients, one for all tests of a JVM; or why there is none. */
    private static final class Running implements AutoCloseable {
        private final @Nullable K3sContainer container;
        private final String whyNot;
        private @Nullable KubernetesClient client;

        Running() {
            K3sContainer started = null;
            String problem = "";
            String image = image();
            try {
                if (!DockerClientFactory.instance().isDockerAvailable()) {
                    problem = "no Docker engine can be reached";
                } else {
                    pull(image);
                    started = new K3sContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("rancher/k3s"));
                    started.start();
                    prepareImages(started);
                }
            } catch (RuntimeException failed) {
                if (started != null) {
                    started.stop();
                }
                started = null;
                problem = image + " cannot be started: " + firstAndLast(failed);
            }
            container = started;
            whyNot = problem;
            if (container == null) {
                System.out.println("No tests on a real Kubernetes: " + whyNot);
            }
        }

        private static String image() {
            String property = System.getProperty("rollproof.k3s.image", "");
            String variable = Objects.requireNonNullElse(System.getenv("ROLLPROOF_K3S_IMAGE"), "");
            return !property.isBlank() ? property : !variable.isBlank() ? variable : DEFAULT_IMAGE;
        }

        /** Once and not for long: Testcontainers itself would try for minutes where no registry can be reached. */
        private static void pull(String image) {
            DockerClient docker = DockerClientFactory.instance().client();
            try {
                docker.inspectImageCmd(image).exec();
            } catch (NotFoundException missing) {
                try {
                    PullImageResultCallback pulling = docker.pullImageCmd(image).exec(new PullImageResultCallback());
                    if (!pulling.awaitCompletion(3, TimeUnit.MINUTES)) {
                        throw new IllegalStateException("it is not here, and is not pulled in 3 minutes", missing);
                    }
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", interrupted);
                }
            }
        }

        private static void prepareImages(K3sContainer container) {
            container.copyFileToContainer(Transferable.of(MAKE_IMAGES), "/tmp/make-images.sh");
            run(container, "sh", "/tmp/make-images.sh");
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

        K3sContainer container() {
            if (container == null) {
                if (System.getProperty("rollproof.require", "").contains("k3s")) {
                    throw new AssertionError("a real Kubernetes is required, but " + whyNot);
                }
                throw new TestAbortedException("no real Kubernetes: " + whyNot);
            }
            return container;
        }

        synchronized KubernetesClient client() {
            if (client == null) {
                client = RealKubernetes.client(container().getKubeConfigYaml(), new JdkHttpClientFactory());
            }
            return client;
        }

        @Override
        public void close() {
            if (client != null) {
                client.close();
            }
            if (container != null) {
                container.stop();
            }
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        running(context).container();
    }

    private static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(RealKubernetes.class))
                .computeIfAbsent(Running.class, type -> new Running(), Running.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return List.of(Cluster.class, KubernetesCluster.class, RealKubernetes.class)
                .contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Running running = running(context);
        return parameter.getParameter().getType().equals(RealKubernetes.class)
                ? new RealKubernetes(running)
                // Closing it ends this test's observations; the client is everybody's.
                : KubernetesCluster.over(running.client());
    }

    private final @Nullable Running running;

    /** For JUnit. */
    public RealKubernetes() {
        running = null;
    }

    private RealKubernetes(Running running) {
        this.running = running;
    }

    private K3sContainer container() {
        return Objects.requireNonNull(running, "not resolved by JUnit").container();
    }

    /** An administrator's kubeconfig, as YAML. */
    public String kubeconfig() {
        return container().getKubeConfigYaml();
    }

    /** A client of its own over a transport of fabric8's, which the caller closes. */
    public KubernetesClient client(HttpClient.Factory transport) {
        return client(kubeconfig(), transport);
    }

    private static KubernetesClient client(String kubeconfig, HttpClient.Factory transport) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig))
                .withHttpClientFactory(transport)
                .build();
    }

    /**
     * Runs a command on the node and returns what it printed.
     *
     * @throws AssertionError if it does not exit with 0
     */
    public String run(String... command) {
        return run(container(), command);
    }

    private static String run(K3sContainer container, String... command) {
        try {
            ExecResult result = container.execInContainer(command);
            if (result.getExitCode() != 0) {
                throw new AssertionError(Arrays.toString(command) + " exited with " + result.getExitCode() + ": "
                        + result.getStdout() + result.getStderr());
            }
            return result.getStdout();
        } catch (IOException failed) {
            throw new AssertionError(Arrays.toString(command) + " cannot be run", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }
}
