// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What no honest client sends, through sockets: it is answered or dropped at once, and others are served as before. */
class HostileClientsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DROPPED = "";
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");

    private static @Nullable Served shared;
    private final List<Socket> open = new ArrayList<>();

    @BeforeAll
    static void serve() {
        shared = new Served();
    }

    @AfterAll
    static void stop() {
        served().close();
    }

    private static Served served() {
        return java.util.Objects.requireNonNull(shared, "served before all tests");
    }

    @AfterEach
    void othersAreServedAsBefore(TestInfo test) throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        Served.Reply health = served().get("/healthz");
        assertThat(health.body())
                .as(() -> "health after %s; asked again: %s"
                        .formatted(
                                test.getDisplayName(), served().get("/healthz").body()))
                .isEqualTo("ok");
        assertThat(served().get(MAPS + "/kube-root-ca.crt").code())
                .as(test.getDisplayName())
                .isEqualTo(200);
    }

    private static Socket tls() throws IOException {
        SSLSocketFactory sockets =
                Served.trusting(served().server.certificateAuthority()).getSocketFactory();
        Socket socket = sockets.createSocket("127.0.0.1", served().server.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static String token() {
        return "Authorization: Bearer " + served().server.token() + "\r\n";
    }

    private static String head(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + token();
    }

    private static String post(String contentType, String body) {
        return head("POST", MAPS) + "Content-Type: " + contentType + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    private static String patch(String contentType, String body) {
        return head("PATCH", MAPS + "/kube-root-ca.crt") + "Content-Type: " + contentType + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    /** The code of the first answer, or {@link #DROPPED}. Fails where the server does neither. */
    private static String answer(byte[] request) throws IOException {
        try (Socket socket = tls()) {
            return answer(socket, request);
        }
    }

    private static String answer(Socket socket, byte[] request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            socket.getOutputStream().write(request);
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            while (!isWhole(answer)) {
                int n = in.read(buffer);
                if (n < 0) {
                    break;
                }
                answer.write(buffer, 0, n);
            }
        } catch (SocketTimeoutException neither) {
            throw new AssertionError("neither answered nor dropped", neither);
        } catch (SocketException | SSLException dropped) {
            // What came before is the answer.
        }
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        return text.startsWith("HTTP/1.1 ") ? text.substring(9, 12) : DROPPED;
    }

    private static boolean isWhole(ByteArrayOutputStream answer) {
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(text);
        return body > 0 && length.find() && text.length() - body - 4 >= Integer.parseInt(length.group(1));
    }

    /** Requests, and with what each may be answered. */
    static Stream<Map.Entry<String, Map.Entry<String, List<String>>>> requests() {
        Map<String, Map.Entry<String, List<String>>> all = new LinkedHashMap<>();
        String deep = "[".repeat(200_000);
        String deepMaps = "{\"a\":".repeat(100_000);
        all.put("no token", Map.entry("GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n", List.of("401")));
        all.put("a wrong token", Map.entry(wrong("Bearer wrong"), List.of("401")));
        all.put("an empty token", Map.entry(wrong("Bearer "), List.of("401")));
        all.put("another scheme", Map.entry(wrong("Basic YTpi"), List.of("401")));
        all.put("a token of a megabyte", Map.entry(wrong("Bearer " + "x".repeat(1 << 20)), List.of("431", DROPPED)));
        all.put(
                "no token, and a body of a terabyte",
                Map.entry(
                        "POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1099511627776\r\n\r\nx",
                        List.of("401")));
        all.put("broken JSON", Map.entry(post("application/json", "{\"metadata\": {"), List.of("400")));
        all.put("JSON of brackets", Map.entry(post("application/json", deep), List.of("400")));
        all.put("JSON deeper than a stack", Map.entry(post("application/json", deepMaps), List.of("400")));
        all.put(
                "JSON deeper than a stack, in an object",
                Map.entry(post("application/json", "{\"data\":" + deepMaps), List.of("400")));
        all.put(
                "JSON with a number of a megabyte",
                Map.entry(
                        post("application/json", "{\"metadata\":{\"generation\":" + "9".repeat(1 << 20) + "}}"),
                        List.of("400")));
        all.put(
                "bytes that are no UTF-8",
                Map.entry(head("POST", MAPS) + "Content-Length: 4\r\n\r\n\u00ff\u00fe\u00c3(", List.of("400")));
        all.put("broken YAML", Map.entry(post("application/yaml", "metadata: {name: [}"), List.of("400")));
        all.put("YAML deeper than a stack", Map.entry(post("application/yaml", deep), List.of("400")));
        all.put("YAML that unfolds", Map.entry(post("application/yaml", laughs()), List.of("400")));
        all.put("YAML that unfolds slowly", Map.entry(post("application/yaml", pairs()), List.of("400")));
        all.put(
                "a JSON patch that copies its copies",
                Map.entry(patch("application/json-patch+json", copies()), List.of("422")));
        all.put("YAML that holds itself", Map.entry(post("application/yaml", "&a {data: *a}"), List.of("400")));
        all.put(
                "YAML with keys that are no texts",
                Map.entry(
                        post("application/yaml", "{metadata: {name: odd}, data: {1: a}, [x]: {}, ~: b}"),
                        List.of("400", "201")));
        all.put(
                "an applied YAML deeper than a stack",
                Map.entry(patch("application/apply-patch+yaml", "{a: ".repeat(50_000)), List.of("400", "422")));
        for (String type : List.of(
                "application/merge-patch+json",
                "application/strategic-merge-patch+json",
                "application/json-patch+json")) {
            all.put("a deep " + type, Map.entry(patch(type, deepMaps), List.of("400")));
            all.put("an empty " + type, Map.entry(patch(type, ""), List.of("400")));
            all.put("a number as " + type, Map.entry(patch(type, "7"), List.of("400")));
            all.put("null as " + type, Map.entry(patch(type, "null"), List.of("400", "200")));
        }
        for (String type : List.of(
                "text/html",
                "application/json-seq",
                "application",
                "/",
                ";",
                "*/*",
                "\u0001",
                "application/vnd.kubernetes.protobuf",
                "multipart/form-data; boundary=x")) {
            all.put(
                    "the content type " + type,
                    Map.entry(post(type, "{\"metadata\":{\"name\":\"x\"}}"), List.of("415", "400")));
        }
        all.put(
                "a header of a megabyte",
                Map.entry(head("GET", "/api") + "X: " + "x".repeat(1 << 20) + "\r\n\r\n", List.of("431", DROPPED)));
        all.put(
                "100,000 headers",
                Map.entry(head("GET", "/api") + "a: b\r\n".repeat(100_000) + "\r\n", List.of("431", DROPPED)));
        all.put(
                "a path of a megabyte",
                Map.entry(head("GET", "/" + "a".repeat(1 << 20)) + "\r\n", List.of("414", "431", DROPPED)));
        all.put("a path of many parts", Map.entry(head("GET", "/a".repeat(8_000)) + "\r\n", List.of("404")));
        all.put(
                "a query of many parts",
                Map.entry(head("GET", MAPS + "?" + "a&".repeat(10_000)) + "\r\n", List.of("200", "400")));
        all.put("a path that is badly encoded", Map.entry(head("GET", MAPS + "/%zz") + "\r\n", List.of("400")));
        all.put("a path with a zero", Map.entry(head("GET", MAPS + "/%00") + "\r\n", List.of("400", "404")));
        all.put("a path that goes up", Map.entry(head("GET", "/../../etc/passwd") + "\r\n", List.of("400", "404")));
        all.put("a query that is badly encoded", Map.entry(head("GET", MAPS + "?limit=%zz") + "\r\n", List.of("400")));
        all.put("a negative length", Map.entry(head("POST", MAPS) + "Content-Length: -1\r\n\r\n", List.of("400")));
        all.put(
                "a length that is no number",
                Map.entry(head("POST", MAPS) + "Content-Length: x\r\n\r\n", List.of("400")));
        all.put(
                "a length beyond numbers",
                Map.entry(head("POST", MAPS) + "Content-Length: 99999999999999999999\r\n\r\n", List.of("400", "413")));
        all.put(
                "two lengths",
                Map.entry(head("POST", MAPS) + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", List.of("400")));
        all.put(
                "a length and chunks",
                Map.entry(
                        head("POST", MAPS) + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        List.of("400")));
        all.put(
                "a chunk without a size",
                Map.entry(head("POST", MAPS) + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", List.of("400", DROPPED)));
        all.put(
                "a chunk of negative size",
                Map.entry(head("POST", MAPS) + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", List.of("400", DROPPED)));
        all.put(
                "an encoding that nobody knows",
                Map.entry(head("POST", MAPS) + "Transfer-Encoding: gzip\r\n\r\n", List.of("400", "501")));
        all.put("no host", Map.entry("GET /api HTTP/1.1\r\n" + token() + "\r\n", List.of("400")));
        all.put("an unknown method", Map.entry(head("BREW", MAPS) + "\r\n", List.of("405")));
        all.put(
                "CONNECT",
                Map.entry(
                        "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n" + token() + "\r\n",
                        List.of("400", "404", "405")));
        all.put(
                "OPTIONS of all",
                Map.entry(
                        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n" + token() + "\r\n", List.of("400", "404", "405")));
        all.put("HTTP/2 at once", Map.entry("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", List.of("400", "426", "505", DROPPED)));
        all.put("HTTP/9", Map.entry("GET /api HTTP/9.9\r\nHost: localhost\r\n\r\n", List.of("400", "505")));
        all.put("no HTTP", Map.entry("hello\r\n\r\n", List.of("400", DROPPED)));
        all.put("HTTP/0.9", Map.entry("GET /api\r\n", List.of("400", "426", "505", DROPPED)));
        all.put(
                "an expectation that nobody has",
                Map.entry(
                        head("POST", MAPS) + "Expect: miracles\r\nContent-Length: 2\r\n\r\n{}",
                        List.of("400", "417", "422")));
        return all.entrySet().stream();
    }

    private static String wrong(String authorization) {
        return "GET /api HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + authorization + "\r\n\r\n";
    }

    /** Fewer anchors than are counted, and each twice what the one before is. */
    private static String pairs() {
        StringBuilder text = new StringBuilder("a0: &a0 [lol]\n");
        for (int i = 1; i < 24; i++) {
            text.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        return text.toString();
    }

    private static String copies() {
        StringBuilder text = new StringBuilder("[{\"op\":\"add\",\"path\":\"/data/x\",\"value\":{}}");
        for (int i = 0; i < 60; i++) {
            text.append(",{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/x/a%d\"}".formatted(i));
        }
        return text.append("]").toString();
    }

    /** The billion laughs. */
    private static String laughs() {
        StringBuilder text = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 12; i++) {
            String before = "*a" + (i - 1);
            text.append("a").append(i).append(": &a").append(i).append(" [").append(before);
            text.append((", " + before).repeat(8)).append("]\n");
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void isAnsweredOrDropped(Map.Entry<String, Map.Entry<String, List<String>>> request) throws IOException {
        String sent = request.getValue().getKey();
        assertThat(answer(sent.getBytes(StandardCharsets.ISO_8859_1)))
                .as(request.getKey())
                .isIn(request.getValue().getValue());
    }

    @Test
    void whoSpeaksNoTlsIsDropped() throws IOException {
        for (String said : List.of(
                "GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u0016\u0003\u0001\u0000\u0005hello",
                "x".repeat(100_000))) {
            try (Socket plain =
                    new Socket(InetAddress.getLoopbackAddress(), served().server.port())) {
                plain.setSoTimeout(30_000);
                assertThat(answer(plain, said.getBytes(StandardCharsets.ISO_8859_1)))
                        .isIn(DROPPED, "400");
            }
        }
    }

    @Test
    void connectionsThatSayNothingOrNotAllTakeNoRoomFromOthers() throws IOException {
        String[] beginnings = {
            "",
            "GET",
            head("GET", MAPS),
            head("POST", MAPS) + "Content-Length: 1000\r\n\r\n{",
            head("POST", MAPS) + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n{",
            head("GET", MAPS + "?watch=true") + "\r\n"
        };
        for (int i = 0; i < 150; i++) {
            Socket half = tls();
            half.getOutputStream().write(beginnings[i % beginnings.length].getBytes(StandardCharsets.UTF_8));
            open.add(half);
            Socket plain =
                    new Socket(InetAddress.getLoopbackAddress(), served().server.port());
            open.add(plain);
        }
        assertThat(served().get("/healthz").body()).isEqualTo("ok");
        String begun = beginnings[2];
        try (Socket late = tls()) {
            late.getOutputStream().write(begun.getBytes(StandardCharsets.UTF_8));
            assertThat(answer(late, "\r\n".getBytes(StandardCharsets.UTF_8)))
                    .as("whoever goes on is answered")
                    .isEqualTo("200");
        }
    }

    @Test
    void aBodyWhoseClientLeavesIsForgotten() throws IOException {
        for (int i = 0; i < 50; i++) {
            Socket leaving = tls();
            leaving.getOutputStream()
                    .write((head("POST", MAPS) + "Content-Length: 70\r\n\r\n{\"metadata\":{\"name\":\"half\"}}")
                            .getBytes(StandardCharsets.UTF_8));
            leaving.close();
        }
        assertThat(served().get(MAPS + "/half").code()).isEqualTo(404);
    }

    @Test
    void requestsOneBehindTheOtherAreAllAnswered() throws IOException {
        try (Socket socket = tls()) {
            String one = head("GET", "/healthz") + "\r\n";
            String last = head("GET", "/healthz") + "Connection: close\r\n\r\n";
            Thread sender = new Thread(() -> {
                try {
                    socket.getOutputStream().write((one.repeat(499) + last).getBytes(StandardCharsets.UTF_8));
                } catch (IOException failed) {
                    throw new java.io.UncheckedIOException(failed);
                }
            });
            sender.start();
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(Pattern.compile("HTTP/1.1 200 OK").matcher(answers).results())
                    .hasSize(500);
        }
    }
}
