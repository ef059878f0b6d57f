// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.routes;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** HTTPRoutes in clusters of tests: those that the cluster has, or else those that our own definition makes. */
public final class GatewayApi {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private GatewayApi() {}

    /** Sees to it that the cluster serves HTTPRoutes. Installs nothing where it does. */
    public static void ensureIn(Cluster cluster) {
        if (isServed(cluster)) {
            return;
        }
        try {
            cluster.create(Yaml.read(CustomResourceDefinition.class, definition()), WriteOptions.defaults());
        } catch (ClusterException refused) {
            // Another test was faster.
            if (refused.reason() != Reason.ALREADY_EXISTS) {
                throw refused;
            }
        }
        Instant deadline = cluster.time().now().plus(PATIENCE);
        while (!isServed(cluster)) {
            if (cluster.time().now().isAfter(deadline)) {
                throw new AssertionError("the cluster does not serve HTTPRoutes " + PATIENCE.toSeconds()
                        + " s after their definition was created");
            }
            try {
                cluster.time().awaitUntil(cluster.time().now().plusMillis(100), () -> false);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", interrupted);
            }
        }
    }

    private static boolean isServed(Cluster cluster) {
        try {
            cluster.list(Query.of(HTTPRoute.class).inNamespace("default"));
            return true;
        } catch (ClusterException refused) {
            if (refused.reason() == Reason.NOT_FOUND) {
                return false;
            }
            throw refused;
        }
    }

    private static String definition() {
        try (InputStream in = GatewayApi.class.getResourceAsStream("httproutes.yaml")) {
            return new String(Objects.requireNonNull(in, "httproutes.yaml").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
