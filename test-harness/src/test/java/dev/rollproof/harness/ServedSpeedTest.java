// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServedSpeedTest {
    @RegisterExtension
    static final ClusterExtension FAST =
            ClusterExtension.builder().on(ClusterKind.SERVED).speed(600).build();

    @Test
    void theClusterAndWhoWaitsForItLiveInTheSameFasterTime(Cluster cluster, KubernetesClient client) throws Exception {
        Instant created = created(client, "first");
        Instant later = cluster.time().now().plus(Duration.ofMinutes(5));
        assertThat(cluster.time().awaitUntil(later, () -> false)).isFalse();
        assertThat(Duration.between(created, created(client, "second"))).isGreaterThan(Duration.ofMinutes(4));
    }

    private static Instant created(KubernetesClient client, String name) {
        Namespace stored = client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return Instant.parse(stored.getMetadata().getCreationTimestamp());
    }

    @Test
    void aSpeedThatIsNoneIsRefused() {
        assertThatThrownBy(() -> ClusterExtension.builder().speed(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("speed is 0.0; give a positive number, such as 10");
    }
}
