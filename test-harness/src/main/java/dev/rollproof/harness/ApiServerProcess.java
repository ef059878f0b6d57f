// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import com.github.dockerjava.api.DockerClient;
import java.util.concurrent.atomic.AtomicBoolean;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;

/** The API server's process, as something to do harm to. */
final class ApiServerProcess {
    private final K3sContainer container;

    ApiServerProcess(K3sContainer container) {
        this.container = container;
    }

    void signal(String signal) {
        if (!signalled(signal)) {
            throw new UnsupportedOperationException("the API server of " + container.getDockerImageName()
                    + " is no process of its own that could be ended; use an image where it is, or freeze it");
        }
    }

    private boolean signalled(String signal) {
        return K3s.run(container, "pkill", "-" + signal, "-x", "kube-apiserver").getExitCode() == 0;
    }

    K3s.Freeze freeze() {
        if (signalled("STOP")) {
            return once(() -> signal("CONT"));
        }
        DockerClient docker = DockerClientFactory.instance().client();
        docker.pauseContainerCmd(container.getContainerId()).exec();
        return once(() -> docker.unpauseContainerCmd(container.getContainerId()).exec());
    }

    private static K3s.Freeze once(Runnable thaw) {
        AtomicBoolean thawed = new AtomicBoolean();
        return () -> {
            if (thawed.compareAndSet(false, true)) {
                thaw.run();
            }
        };
    }
}
