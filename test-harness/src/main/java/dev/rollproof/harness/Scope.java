// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.harness.traffic.HttpTraffic;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one test works with, or one class for all its tests: made piece by piece as it is asked for, recorded while it is used,
 * and ended by JUnit, which owns it. Thread-safe.
 */
final class Scope implements AutoCloseable {
    static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Scope.class);

    private static final Logger LOG = LoggerFactory.getLogger(Scope.class);
    private static final String ARTIFACTS = "rollproof.artifacts";

    /** Whose own time is virtual waits less, and clients still have time to see what happens. */
    private static final double FASTER = 10;

    private final ExtensionContext owner;
    private final Settings settings;
    private final ClusterKind kind;
    private @Nullable Cluster cluster;
    private @Nullable SimulatedCluster simulated;
    private @Nullable ServedCluster served;
    private @Nullable WatchRecorder recorder;
    private @Nullable TestNamespace namespace;

    private Scope(ExtensionContext owner, Settings settings) {
        this.owner = owner;
        this.settings = settings;
        this.kind = settings.kind(owner);
    }

    /** The one of this test or, where a class around it has taken something for all its tests, that one's. */
    @SuppressWarnings("deprecation") // JUnit 5.14 has this method only, JUnit 6 another besides.
    static Scope of(ExtensionContext context, Settings settings) {
        return Objects.requireNonNull(context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Scope.class, unused -> new Scope(context, settings), Scope.class));
    }

    boolean isOwnedBy(ExtensionContext context) {
        return owner.equals(context);
    }

    synchronized Cluster cluster() {
        if (cluster == null) {
            if (kind.isSimulated()) {
                simulated =
                        settings.simulated().apply(SimulatedCluster.builder()).build();
                cluster = kind == ClusterKind.SERVED ? served().cluster() : simulated;
                // It is this test's alone: all of it is worth recording.
                recorder = new WatchRecorder(simulated, "");
            } else {
                // Closing it ends this test's observations; the client is everybody's.
                cluster = KubernetesCluster.over(shared().client());
            }
        }
        return cluster;
    }

    private SharedCluster shared() {
        return SharedCluster.of(kind, settings, owner);
    }

    synchronized SimulatedCluster simulated() {
        String description = cluster().description();
        if (simulated != null) {
            return simulated;
        }
        throw new IllegalStateException(
                "a SimulatedCluster and its Images are there on simulated clusters only, not on " + description
                        + "; write @ClusterTest(ClusterKind.SIM)");
    }

    /** The door of the simulated cluster, opened when it is first asked for: virtual time follows real time from then on. */
    private synchronized ServedCluster served() {
        if (served == null) {
            double speed = settings.speed(owner).orElse(kind == ClusterKind.SERVED ? 1 : FASTER);
            served = new ServedCluster(Objects.requireNonNull(simulated), speed);
        }
        return served;
    }

    KubernetesClient client() {
        String name = namespace().name();
        KubernetesClient client = kind.isSimulated() ? served().client() : shared().client();
        return client.adapt(NamespacedKubernetesClient.class).inNamespace(name);
    }

    Traffic traffic() {
        return kind.isSimulated() ? simulated().traffic() : HttpTraffic.to(shared().addresses(cluster()));
    }

    synchronized TestNamespace namespace() {
        if (namespace == null) {
            TestNamespace opened = new TestNamespace(TestName.of(owner).namespace());
            open(opened.name());
            namespace = opened;
        }
        return namespace;
    }

    private void open(String name) {
        Cluster on = cluster();
        on.create(
                new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build(),
                WriteOptions.defaults());
        Waiting.on(on)
                .until(
                        "namespace " + name + " has its default service account",
                        () -> on.get(ServiceAccount.class, name, "default").isPresent());
        if (recorder == null) {
            recorder = new WatchRecorder(on, name);
        }
    }

    /** Saves what happened where a test has failed; of others the recording, where that was asked for. */
    synchronized void saveIfFailed(ExtensionContext test) {
        Optional<Throwable> failure =
                test.getExecutionException().filter(thrown -> !(thrown instanceof TestAbortedException));
        if (cluster == null || (failure.isEmpty() && !settings.recordAll())) {
            return;
        }
        Path folder = Path.of(test.getConfigurationParameter(ARTIFACTS).orElse("target/rollproof"))
                .resolve(TestName.of(test).folder());
        FailureArtifacts artifacts = new FailureArtifacts(folder, cluster, namespace == null ? "" : namespace.name());
        if (recorder != null) {
            artifacts.saveWatch(recorder);
        }
        if (failure.isEmpty()) {
            return;
        }
        artifacts.saveEvents();
        artifacts.saveObjects();
        if (!kind.isSimulated() && namespace != null) {
            artifacts.saveLogs(shared().client());
        }
        artifacts.report();
    }

    @Override
    public synchronized void close() {
        if (cluster == null) {
            return;
        }
        saveIfFailed(owner);
        if (recorder != null) {
            recorder.close();
        }
        if (namespace != null && !kind.isSimulated()) {
            deleteWithoutWaiting(cluster, namespace.name());
        }
        cluster.close();
        if (served != null) {
            served.close();
        }
        if (simulated != null) {
            simulated.close();
        }
    }

    private static void deleteWithoutWaiting(Cluster cluster, String namespace) {
        try {
            cluster.delete(Namespace.class, "", namespace, DeleteOptions.defaults());
        } catch (ClusterException refused) {
            // A test may have deleted it itself.
            if (refused.reason() != Reason.NOT_FOUND && refused.reason() != Reason.CONFLICT) {
                LOG.warn("namespace {} stays: {}", namespace, refused.getMessage());
            }
        }
    }
}
