// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The load of {@link DoorLoad}, scaled down. */
@Tag("thorough")
class DoorLoadTest {
    @Test
    void manyWatchersAreToldEveryWriteOnceAndInOrder() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.create();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            Door door = Door.of(Config.fromKubeconfig(server.kubeconfig()));
            DoorLoad.Result result = new DoorLoad(door, 30, 500, Duration.ofSeconds(1)).run("test-");
            assertThat(result.faults()).isEmpty();
            assertThat(result.writes()).isBetween(496L, 504L);
            assertThat(result.events()).isEqualTo(30 * result.writes());
        }
    }
}
