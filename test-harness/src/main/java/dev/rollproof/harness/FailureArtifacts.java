// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedEvent;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves what there is to know of a failed test. What cannot be had is left out: the test's own failure is not to be hidden by
 * another.
 */
final class FailureArtifacts {
    private static final Logger LOG = LoggerFactory.getLogger(FailureArtifacts.class);
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    private interface Saving {
        void run() throws IOException;
    }

    private final Path folder;
    private final Cluster cluster;
    private final String namespace;
    private final List<String> saved = new ArrayList<>();

    /**
     * @param namespace {@code ""} for all
     */
    FailureArtifacts(Path folder, Cluster cluster, String namespace) {
        this.folder = folder;
        this.cluster = cluster;
        this.namespace = namespace;
    }

    void saveWatch(WatchRecorder recorder) {
        try {
            recorder.catchUp();
        } catch (AssertionError | RuntimeException late) {
            LOG.warn("the recording may lack the last changes: {}", late.getMessage());
        }
        save("watch.jsonl", () -> recorder.writeTo(folder.resolve("watch.jsonl")));
    }

    /** As a person reads them: in the order of time, a line each. */
    void saveEvents() {
        save("events.txt", () -> {
            String lines = cluster.list(Query.of(Event.class).inNamespace(namespace)).stream()
                    .map(event -> (ObservedEvent) Observed.from((HasMetadata) event))
                    .sorted(Comparator.comparing(event -> event.lastSeen().orElse(Instant.EPOCH)))
                    .map(FailureArtifacts::line)
                    .collect(Collectors.joining());
            Files.writeString(folder.resolve("events.txt"), lines);
        });
    }

    private static String line(ObservedEvent event) {
        return event.lastSeen().map(Instant::toString).orElse("?") + " " + event.type() + " " + event.reason() + " "
                + event.regarding() + ": " + event.message() + (event.count() > 1 ? " (x" + event.count() + ")" : "")
                + "\n";
    }

    /** The objects as they are now, as YAML, without the lists of who manages which field. */
    void saveObjects() {
        save("objects.yaml", () -> {
            List<Class<? extends HasMetadata>> kinds = new ArrayList<>(WatchRecorder.KINDS);
            kinds.remove(Event.class);
            kinds.add(ConfigMap.class);
            kinds.add(ResourceQuota.class);
            StringBuilder documents = new StringBuilder();
            for (Class<? extends HasMetadata> kind : kinds) {
                for (HasMetadata object : WatchRecorder.listIfAllowed(cluster, kind, namespace)) {
                    object.getMetadata().setManagedFields(List.of());
                    String document = YAML.asYaml(object);
                    documents.append(document.startsWith("---") ? "" : "---\n").append(document);
                }
            }
            Files.writeString(folder.resolve("objects.yaml"), documents);
        });
    }

    void saveLogs(KubernetesClient client) {
        save("logs", () -> new PodLogs(client, namespace).writeTo(folder.resolve("logs")));
    }

    private void save(String what, Saving saving) {
        try {
            Files.createDirectories(folder);
            saving.run();
            saved.add(what);
        } catch (IOException | RuntimeException failed) {
            LOG.warn("{} of a failed test cannot be saved in {}: {}", what, folder, failed.getMessage());
        }
    }

    /** One line on standard output, where people look for what to do about a failed test. */
    void report() {
        System.out.println(folder + " has what happened: " + String.join(", ", saved));
    }
}
