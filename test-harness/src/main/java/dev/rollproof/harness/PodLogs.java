// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What containers printed: of those that run, and of those that ran before them. Through fabric8's client, as logs are no part
 * of what a rollout is judged by; a simulated cluster has none.
 */
final class PodLogs {
    private final KubernetesClient client;
    private final String namespace;

    PodLogs(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** Into files {@code POD-CONTAINER.log} and {@code POD-CONTAINER-previous.log}. */
    void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Pod pod : client.pods().inNamespace(namespace).list().getItems()) {
            for (ContainerStatus container : Stream.concat(
                            pod.getStatus().getInitContainerStatuses().stream(),
                            pod.getStatus().getContainerStatuses().stream())
                    .toList()) {
                String podName = pod.getMetadata().getName();
                Files.writeString(
                        folder.resolve(podName + "-" + container.getName() + ".log"), log(podName, container, false));
                if (container.getRestartCount() != null && container.getRestartCount() > 0) {
                    Files.writeString(
                            folder.resolve(podName + "-" + container.getName() + "-previous.log"),
                            log(podName, container, true));
                }
            }
        }
    }

    /** A container that never ran has none, which the server says with an error. */
    private String log(String pod, ContainerStatus container, boolean previous) {
        var logs = client.pods().inNamespace(namespace).withName(pod).inContainer(container.getName());
        try {
            String text = previous ? logs.terminated().getLog() : logs.getLog();
            return text == null ? "" : text;
        } catch (KubernetesClientException none) {
            return "no log: " + none.getMessage() + "\n";
        }
    }
}
