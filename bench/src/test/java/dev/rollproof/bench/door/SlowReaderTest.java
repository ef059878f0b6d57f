// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who does not read is cut off, harms nobody else, and finds back. */
@Tag("thorough")
class SlowReaderTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String ONE = MAPS + "?fieldSelector=metadata.name%3Da";
    private static final String PADDING = "x".repeat(4_000);
    private static final long MOST_WAITING_BYTES = 2 * 1024 * 1024;
    /** More than are kept for one watch, and than sockets hold. */
    private static final int WRITES = 4_500;

    private static ConfigMap map(int n) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("a")
                .endMetadata()
                .addToData("n", Integer.toString(n))
                .addToData("padding", PADDING)
                .build();
    }

    /** Reads what is left, until the server has closed. */
    private static String readToItsEnd(RawConnection slow) {
        StringBuilder last = new StringBuilder();
        assertThatThrownBy(() -> {
                    while (true) {
                        byte[] chunk = slow.chunk();
                        assertThat(chunk)
                                .as("a proper end, which would say that nothing is missing")
                                .isNotEmpty();
                        last.setLength(0);
                        last.append(new String(chunk, StandardCharsets.UTF_8));
                    }
                })
                .isInstanceOf(IOException.class);
        return last.toString();
    }

    @Test
    void whoDoesNotReadIsCutOffAndFindsBackByANewList() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.create();
                SimulatedApiServer server = SimulatedApiServer.of(cluster)
                        .mostWaitingBytes(MOST_WAITING_BYTES)
                        .start()) {
            Door door = Door.of(Config.fromKubeconfig(server.kubeconfig()));
            ConfigMap first = cluster.create(map(0), WriteOptions.defaults());
            String from =
                    ONE + "&watch=true&resourceVersion=" + first.getMetadata().getResourceVersion();
            Seen healthy = new Seen();
            CountDownLatch told = new CountDownLatch(WRITES);
            try (RawConnection slow = new RawConnection(door);
                    RawWatch beside = new RawWatch(door, from, (word, object, version) -> {
                        healthy.add(object, word, version);
                        told.countDown();
                    })) {
                slow.request("GET", from, "", "");
                assertThat(slow.head()).isEqualTo(200);
                Written written = new Written();
                for (int n = 1; n <= WRITES; n++) {
                    ConfigMap stored = cluster.replace(map(n), WriteOptions.defaults());
                    written.add(
                            "a", "MODIFIED", Long.parseLong(stored.getMetadata().getResourceVersion()));
                    if (n % 100 == 0) {
                        // The healthy one is not to be cut off because this test writes faster than anybody reads.
                        long behind = n - WRITES + told.getCount();
                        for (int i = 0; i < 60_000 && behind > 100; i++) {
                            told.await(1, TimeUnit.MILLISECONDS);
                            behind = n - WRITES + told.getCount();
                        }
                    }
                }

                assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(beside.end()).isNull();
                assertThat(new SequenceCheck(written).faults(healthy)).isEmpty();

                String last = readToItsEnd(slow);
                assertThat(last).doesNotContain("\"n\":\"" + WRITES + "\"");
                findsBack(cluster, door, from);
            }
        }
    }

    /** From the version that it had: 410, as on a real server; then by a list, and a watch from there. */
    private static void findsBack(SimulatedCluster cluster, Door door, String from) throws Exception {
        try (RawConnection again = new RawConnection(door)) {
            RawConnection.Reply expired = again.send("GET", from, "", "");
            assertThat(expired.code()).isEqualTo(200);
            assertThat(expired.body()).contains("\"type\":\"ERROR\"", "\"code\":410", "\"reason\":\"Expired\"");
        }
        try (RawConnection again = new RawConnection(door)) {
            RawConnection.Reply list = again.send("GET", ONE, "", "").orElseThrow(200);
            assertThat(list.body()).contains("\"n\":\"" + WRITES + "\"");
            CountDownLatch told = new CountDownLatch(1);
            try (RawWatch watch = new RawWatch(
                    door,
                    ONE + "&watch=true&resourceVersion=" + list.field("resourceVersion"),
                    (word, object, version) -> told.countDown())) {
                cluster.replace(map(WRITES + 1), WriteOptions.defaults());
                assertThat(told.await(60, TimeUnit.SECONDS))
                        .as(() -> "told, or " + watch.end())
                        .isTrue();
            }
            assertThat(again.send("GET", "/healthz", "", "").body()).isEqualTo("ok");
        }
    }
}
