// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who watches and does not read is cut off through a socket, too: here where a megabyte waits, beyond what the system itself keeps. */
class SlowWatchersTest {
    private static final int MAPS = 100;
    private static final String PATH = "/api/v1/namespaces/default/configmaps";
    private static final String LARGE = "x".repeat(100_000);

    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final SimulatedApiServer server =
            SimulatedApiServer.of(cluster).mostWaitingBytes(1024 * 1024).start();
    private final List<Socket> open = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        Served.close(open);
        server.close();
        cluster.close();
    }

    /** An open watch, of which nothing has been read but that it is one. */
    private BufferedReader watch() throws IOException {
        // A socket that keeps little: it has to be said before it is connected.
        Socket plain = new Socket();
        plain.setReceiveBufferSize(16 * 1024);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        Socket socket = Served.trusting(server.certificateAuthority())
                .getSocketFactory()
                .createSocket(plain, "127.0.0.1", server.port(), true);
        open.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET " + PATH + "?watch=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                + server.token() + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        BufferedReader told =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        assertThat(told.readLine()).startsWith("HTTP/1.1 200");
        return told;
    }

    private static ConfigMap map(int number) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("large-" + number)
                .endMetadata()
                .addToData("data", LARGE)
                .build();
    }

    /** How many of the maps it is told of until its connection ends, or of all. */
    private static int toldOf(BufferedReader watch) throws IOException {
        int told = 0;
        try {
            for (String line = watch.readLine(); line != null; line = watch.readLine()) {
                told += line.contains("\"name\":\"large-") ? 1 : 0;
                if (told == MAPS) {
                    break;
                }
            }
        } catch (SocketTimeoutException stillOpen) {
            throw new AssertionError("after " + told + " the watch is open, and silent", stillOpen);
        } catch (IOException cut) {
            return told;
        }
        return told;
    }

    @Test
    void whoReadsNothingIsCutOffWhenTooMuchWaitsAndOthersAreTold() throws IOException {
        BufferedReader slow = watch();
        BufferedReader other = watch();
        for (int i = 0; i < MAPS; i++) {
            cluster.create(map(i), WriteOptions.defaults());
            if (i % 10 == 9) {
                // It keeps up: what is written is read before more than the limit waits.
                for (int read = 0; read < 10; ) {
                    read += other.readLine().contains("\"name\":\"large-") ? 1 : 0;
                }
            }
        }
        assertThat(toldOf(slow)).isLessThan(MAPS);
        // And begins again, like everybody who was cut off.
        assertThat(toldOf(watch())).isEqualTo(MAPS);
    }

    @Test
    void thatNothingMayWaitIsRefused() {
        assertThatThrownBy(() -> SimulatedApiServer.of(cluster).mostWaitingBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at least one byte may wait, was 0");
    }
}
