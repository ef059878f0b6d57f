// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock, spoken to as plainly as can be: what is sent and what comes, byte by byte. */
class HttpLoopTest {
    private static final String VERSION = "GET /version HTTP/1.1\r\nHost: clock\r\n";

    private final ClockServer clock =
            ClockServer.open(Settings.from(Map.of("CLOCK_LISTEN", "0", "POD_NAME", "clock-7", "CLOCK_VERSION", "1.2")));

    @AfterEach
    void close() {
        clock.close();
    }

    private Socket connection() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), clock.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** All that comes until the other side closes, which it has to. */
    private String answerTo(String... parts) throws IOException {
        try (Socket socket = connection()) {
            for (String part : parts) {
                send(socket, part);
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** One answer with its body, on a connection that goes on. */
    private static String nextAnswer(Socket socket) throws IOException {
        return nextAnswer(socket.getInputStream());
    }

    private static String nextAnswer(InputStream socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append(nextByte(socket));
        }
        String length = answer.substring(answer.indexOf("Content-Length: ") + "Content-Length: ".length());
        for (int left = Integer.parseInt(length.substring(0, length.indexOf('\r'))); left > 0; left--) {
            answer.append(nextByte(socket));
        }
        return answer.toString();
    }

    private static char nextByte(InputStream socket) throws IOException {
        int next = socket.read();
        assertThat(next).as("the connection goes on").isNotNegative();
        return (char) next;
    }

    @Test
    void anAnswerIsWhole() throws IOException {
        assertThat(answerTo(VERSION + "Connection: close\r\n\r\n").replace("\r\n", "\n"))
                .matches("""
                        HTTP/1.1 200 OK
                        Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT
                        Content-Type: text/plain; charset=utf-8
                        Content-Length: 4
                        Clock-Version: 1.2
                        Clock-Pod: clock-7
                        Connection: close

                        1.2
                        """);
    }

    @Test
    void aConnectionIsKeptForTheNextRequest() throws IOException {
        try (Socket socket = connection()) {
            for (int i = 0; i < 3; i++) {
                send(socket, VERSION + "\r\n");
                assertThat(nextAnswer(socket)).endsWith("\r\n\r\n1.2\n").doesNotContain("Connection");
            }
        }
    }

    @Test
    void requestsThatComeAtOnceAreAnsweredOneAfterTheOther() throws IOException {
        String answers = answerTo(
                VERSION + "\r\nGET /healthz HTTP/1.1\r\nHost: clock\r\n\r\n" + VERSION + "Connection: close\r\n\r\n");
        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(4);
        assertThat(answers.indexOf("\n1.2\n"))
                .isPositive()
                .isLessThan(answers.indexOf("\nok\n"))
                .isLessThan(answers.lastIndexOf("\n1.2\n"));
    }

    @Test
    void aRequestMayComeInPieces() throws IOException {
        try (Socket socket = connection()) {
            socket.setTcpNoDelay(true);
            for (char piece : (VERSION + "Connection: close\r\n\r\n").toCharArray()) {
                send(socket, String.valueOf(piece));
            }
            assertThat(nextAnswer(socket)).endsWith("1.2\n");
        }
    }

    @Test
    void aHeadHasNoBodyAndAnyOtherMethodIsRefusedWithoutLosingTheNextRequest() throws IOException {
        assertThat(answerTo("HEAD /version HTTP/1.1\r\nHost: clock\r\nConnection: close\r\n\r\n"))
                .contains("Content-Length: 4\r\n")
                .endsWith("\r\n\r\n");
        try (Socket socket = connection()) {
            send(socket, "POST / HTTP/1.1\r\nHost: clock\r\nContent-Length: 10\r\n\r\n01234");
            assertThat(nextAnswer(socket)).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD\r\n");
            send(socket, "56789" + VERSION + "\r\n");
            assertThat(nextAnswer(socket)).startsWith("HTTP/1.1 200 ").endsWith("1.2\n");
        }
    }

    @Test
    void afterABodyWhoseEndNobodyKnowsTheConnectionEnds() throws IOException {
        assertThat(answerTo("POST / HTTP/1.1\r\nHost: clock\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .contains("Connection: close\r\n");
    }

    @Test
    void olderClientsGetTheirEndUnlessTheyAskForMore() throws IOException {
        assertThat(answerTo("GET /version HTTP/1.0\r\n\r\n")).endsWith("1.2\n");
        try (Socket socket = connection()) {
            send(socket, "GET /version HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
            nextAnswer(socket);
            send(socket, "GET /healthz HTTP/1.0\r\n\r\n");
            assertThat(nextAnswer(socket)).endsWith("ok\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/version?a=b", "http://clock:8080/version", "http://clock/version?c"})
    void aPathIsFoundWhateverStandsAroundIt(String target) throws IOException {
        assertThat(answerTo("GET " + target + " HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .endsWith("1.2\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\r\n\r\n",
                "GET /\r\n\r\n",
                "GET / HTTP/2.0\r\n\r\n",
                "GET  HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nno header\r\n\r\n",
                "GET / HTTP/1.1\r\n: no name\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
                "\r\n\r\n"
            })
    void whatIsNoRequestIsRefusedAndEndsTheConnection(String text) throws IOException {
        assertThat(answerTo(text))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("Clock-Pod: clock-7\r\n", "Connection: close\r\n");
    }

    @Test
    void aHeadWithoutEndIsRefusedBeforeItFillsTheMemory() throws IOException {
        assertThat(answerTo(VERSION + "Cookie: " + "x".repeat(8192 - VERSION.length() - "Cookie: ".length())))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void whoComesAndGoesWithoutAWordHarmsNobody() throws IOException {
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            idle.add(connection());
        }
        for (Socket socket : idle.subList(0, 100)) {
            send(socket, "GET /ver");
            socket.setSoLinger(true, 0);
            socket.close();
        }
        assertThat(answerTo(VERSION + "Connection: close\r\n\r\n")).endsWith("1.2\n");
        for (Socket socket : idle.subList(100, 200)) {
            send(socket, VERSION + "\r\n");
            assertThat(nextAnswer(socket)).endsWith("1.2\n");
            socket.close();
        }
    }

    @Test
    void whoDoesNotReadIsWaitedForAndOthersAreAnsweredMeanwhile() throws IOException {
        int requests = 50_000;
        try (Socket slow = connection()) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        send(slow, VERSION + "\r\n");
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
            sender.setDaemon(true);
            sender.start();
            assertThat(answerTo(VERSION + "Connection: close\r\n\r\n")).endsWith("1.2\n");
            InputStream late = new BufferedInputStream(slow.getInputStream());
            for (int i = 0; i < requests; i++) {
                assertThat(nextAnswer(late)).endsWith("1.2\n");
            }
        }
    }

    @Test
    void whenItClosesAllConnectionsEnd() throws IOException {
        try (Socket socket = connection()) {
            send(socket, VERSION + "\r\n");
            nextAnswer(socket);
            clock.close();
            assertThat(socket.getInputStream().read()).isNegative();
        }
    }
}
