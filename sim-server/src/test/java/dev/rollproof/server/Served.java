// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A served cluster, and plain requests to it as any HTTP client sends them. */
final class Served implements AutoCloseable {
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\\r\\ncontent-length: (\\d+)\\r\\n");

    final SimulatedCluster cluster;
    final SimulatedApiServer server;
    private final HttpClient http;

    Served() {
        this(SimulatedCluster.create());
    }

    Served(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.server = SimulatedApiServer.of(cluster).speed(20).start();
        this.http = HttpClient.newBuilder()
                .sslContext(trusting(server.certificateAuthority()))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    static SSLContext trusting(String pem) {
        try (InputStream in = new java.io.ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** An answer, whose body is taken for JSON when it is asked for. */
    record Reply(int code, String body, HttpResponse<String> raw) {
        Map<String, Object> json() {
            return Objects.requireNonNull(Models.parseJson(body), body);
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }

        /** The value at a path of fields, such as {@code metadata.name}; null where it is not there. */
        @Nullable
        Object at(String path) {
            Object here = json();
            for (String step : path.split("\\.")) {
                here = here instanceof Map<?, ?> map ? map.get(step) : null;
            }
            return here;
        }
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + server.token());
    }

    Reply get(String path, String... headers) {
        return send(with(to(path), headers).GET());
    }

    Reply send(String method, String path, String contentType, String body, String... headers) {
        HttpRequest.Builder request = with(to(path), headers).method(method, BodyPublishers.ofString(body));
        return send(contentType.isEmpty() ? request : request.header("Content-Type", contentType));
    }

    Reply post(String path, String json) {
        return send("POST", path, "application/json", json);
    }

    private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }

    Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body(), response);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Sends bytes as they are, and reads until the server has said what it has to say. */
    String raw(String request) {
        return raw(request, null);
    }

    /** The same, until it has said something. */
    String raw(String request, @Nullable String end) {
        try (java.net.Socket socket =
                trusting(server.certificateAuthority()).getSocketFactory().createSocket("127.0.0.1", server.port())) {
            socket.setSoTimeout(20_000);
            StringBuilder answer = new StringBuilder();
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
                byte[] buffer = new byte[8192];
                for (int n = socket.getInputStream().read(buffer);
                        n > 0;
                        n = socket.getInputStream().read(buffer)) {
                    answer.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                    if (end == null ? isWhole(answer) : answer.indexOf(end) >= 0) {
                        break;
                    }
                }
            } catch (java.net.SocketTimeoutException | java.net.SocketException nothingMore) {
                // What came is the answer; a server that has refused a request does not listen to the rest of it.
            }
            // A JDK's socket that is closed with TLS first reads on, for so long.
            socket.setSoTimeout(10);
            return answer.toString();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static boolean isWhole(StringBuilder answer) {
        int body = answer.indexOf("\r\n\r\n");
        Matcher length = CONTENT_LENGTH.matcher(answer);
        return body > 0 && (!length.find() || answer.length() - body - 4 >= Integer.parseInt(length.group(1)));
    }

    WatchLines watch(String path) {
        return new WatchLines(open(path));
    }

    /** An answer whose body is read as it comes. */
    HttpResponse<InputStream> open(String path) {
        try {
            return http.send(to(path).timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofInputStream());
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Closes what a test has opened by itself, whatever the other side does. */
    static void close(List<Socket> open) throws IOException {
        for (Socket socket : open) {
            // Java's TLS would wait that long for the other side's farewell.
            socket.setSoTimeout(1);
            socket.close();
        }
    }

    KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(server.kubeconfig()))
                .build();
    }

    @Override
    public void close() {
        server.close();
        cluster.close();
    }
}
