// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.harness.traffic.NodePortAddresses;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;

/** A real cluster that all tests of a JVM share, or why there is none. Started by the first who asks, closed by JUnit. */
final class SharedCluster implements AutoCloseable {
    private static final String KUBECONFIG = "rollproof.kubeconfig";
    private static final String REQUIRE = "rollproof.require";

    private record Key(ClusterKind kind, String image) {}

    private final @Nullable K3s k3s;
    private final @Nullable KubernetesCluster connected;
    private final String whyNot;

    private SharedCluster(@Nullable K3s k3s, @Nullable KubernetesCluster connected, String whyNot) {
        this.k3s = k3s;
        this.connected = connected;
        this.whyNot = whyNot;
    }

    /** The one of this kind, {@link ClusterKind#K3S} or {@link ClusterKind#KUBECONFIG}; started where it is not yet. */
    static SharedCluster of(ClusterKind kind, Settings settings, ExtensionContext context) {
        if (kind == ClusterKind.KUBECONFIG) {
            return shared(context, new Key(kind, ""), () -> connect(context));
        }
        String image = settings.k3sImage().orElseGet(() -> K3s.image(context::getConfigurationParameter));
        SharedCluster started = shared(context, new Key(kind, image), () -> start(image));
        if (started.k3s != null) {
            settings.tars().forEach(started.k3s::loadImage);
        }
        return started;
    }

    /** JUnit 5.14 has this method only, JUnit 6 another besides. */
    @SuppressWarnings("deprecation")
    private static SharedCluster shared(ExtensionContext context, Key key, Supplier<SharedCluster> start) {
        return Objects.requireNonNull(context.getStore(StoreScope.LAUNCHER_SESSION, Scope.NAMESPACE)
                .getOrComputeIfAbsent(key, unused -> start.get(), SharedCluster.class));
    }

    private static SharedCluster start(String image) {
        try {
            return new SharedCluster(K3s.start(image), null, "");
        } catch (IllegalStateException failed) {
            String whyNot = String.valueOf(failed.getMessage());
            System.out.println("No tests on a real Kubernetes: " + whyNot);
            return new SharedCluster(null, null, whyNot);
        }
    }

    private static SharedCluster connect(ExtensionContext context) {
        Optional<Path> file = context.getConfigurationParameter(KUBECONFIG).map(Path::of);
        return new SharedCluster(null, KubernetesCluster.connect(file, Optional.empty()), "");
    }

    /** Why tests are skipped; empty where there is a cluster, and where its absence is a failure. */
    static Optional<String> reasonToSkip(Settings settings, ExtensionContext context) {
        ClusterKind kind = settings.kind(context);
        if (kind != ClusterKind.K3S || required(context)) {
            return Optional.empty();
        }
        String whyNot = of(kind, settings, context).whyNot;
        return whyNot.isEmpty() ? Optional.empty() : Optional.of("no real Kubernetes: " + whyNot);
    }

    /**
     * Fails where there can be no cluster: once for a whole class, and also for tests that take nothing.
     *
     * @throws IllegalStateException if there is none
     */
    static void require(Settings settings, ExtensionContext context) {
        ClusterKind kind = settings.kind(context);
        if (!kind.isSimulated()) {
            of(kind, settings, context).client();
        }
    }

    private static boolean required(ExtensionContext context) {
        return context.getConfigurationParameter(REQUIRE).orElse("").contains("k3s");
    }

    /** Where its Services are reached from here. */
    NodePortAddresses addresses(Cluster cluster) {
        K3s node = k3s;
        return node == null ? NodePortAddresses.onANodeOf(cluster) : new NodePortAddresses(cluster, node::nodePort);
    }

    /**
     * Its client, which stays open.
     *
     * @throws IllegalStateException if there is no cluster
     */
    KubernetesClient client() {
        if (connected != null) {
            return connected.client();
        }
        return k3s().client();
    }

    /**
     * The node, with the images that the settings name.
     *
     * @throws IllegalStateException if this is another kind of cluster, or there is none
     */
    static K3s k3s(Settings settings, ExtensionContext context) {
        ClusterKind kind = settings.kind(context);
        if (kind != ClusterKind.K3S) {
            throw new IllegalStateException(
                    "a K3s is there on the cluster k3s only; write @ClusterTest(ClusterKind.K3S)");
        }
        return of(kind, settings, context).k3s();
    }

    private K3s k3s() {
        if (k3s == null) {
            throw new IllegalStateException("a real Kubernetes is required (" + REQUIRE + "=k3s), but " + whyNot);
        }
        return k3s;
    }

    @Override
    public void close() {
        if (k3s != null) {
            k3s.close();
        }
        if (connected != null) {
            connected.close();
        }
    }
}
