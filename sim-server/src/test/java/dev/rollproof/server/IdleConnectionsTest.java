// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections on which nothing happens are closed after a while: here after one that is short, and still longer than a handshake takes. */
class IdleConnectionsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    /** What clients say before they say no more. */
    private static final List<String> SAID = List.of(
            "",
            "GET / HTTP/1.1\r\nHost: local",
            "POST " + MAPS + " HTTP/1.1\r\nTOKEN\r\nContent-Length: 1000\r\n\r\n{",
            "GET /healthz HTTP/1.1\r\nTOKEN\r\n\r\n");

    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final SimulatedApiServer server =
            SimulatedApiServer.of(cluster).idleLimit(Duration.ofMillis(1_500)).start();
    private final List<Socket> open = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        Served.close(open);
        server.close();
        cluster.close();
    }

    private Socket connect(String said) throws IOException {
        Socket socket = said.isEmpty()
                ? new Socket(InetAddress.getLoopbackAddress(), server.port())
                : Served.trusting(server.certificateAuthority())
                        .getSocketFactory()
                        .createSocket("127.0.0.1", server.port());
        open.add(socket);
        // Far less than the limit of sixty seconds that is the default.
        socket.setSoTimeout(20_000);
        String text = said.replace("TOKEN", "Host: localhost\r\nAuthorization: Bearer " + server.token());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static boolean isClosedInTime(Socket socket) throws IOException {
        try {
            // An answer may come first.
            return socket.getInputStream().readAllBytes().length < 1_000;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    /** A watch that is told of. The first handshake of a JVM takes longer than the limit where the machine is busy: then another. */
    private BufferedReader watch() throws IOException {
        for (int left = 5; ; left--) {
            try {
                Socket watch = connect("GET " + MAPS + "?watch=true HTTP/1.1\r\nTOKEN\r\n\r\n");
                BufferedReader told =
                        new BufferedReader(new InputStreamReader(watch.getInputStream(), StandardCharsets.UTF_8));
                assertThat(told.readLine()).startsWith("HTTP/1.1 200");
                return told;
            } catch (IOException | AssertionError closed) {
                if (left == 0) {
                    throw closed;
                }
            }
        }
    }

    @Test
    void whoeverSaysNothingMoreIsClosedAndAQuietWatchIsNot() throws IOException {
        BufferedReader told = watch();
        List<Socket> idle = new ArrayList<>();
        for (String said : SAID) {
            idle.add(connect(said));
        }
        for (int i = 0; i < SAID.size(); i++) {
            assertThat(isClosedInTime(idle.get(i))).as(SAID.get(i)).isTrue();
        }
        // They were closed, so the watch has been quiet for longer.
        cluster.create(
                Models.fromYaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: late}}", ConfigMap.class),
                WriteOptions.defaults());
        assertThat(told.lines().anyMatch(line -> line.contains("\"name\":\"late\"")))
                .isTrue();
    }
}
