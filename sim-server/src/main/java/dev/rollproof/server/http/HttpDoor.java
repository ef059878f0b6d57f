// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.http;

import dev.rollproof.server.api.KubernetesApi;
import dev.rollproof.server.tls.Authority;
import dev.rollproof.server.tls.Credentials;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The embedded HTTPS server: on loopback only, HTTP/1.1, for those who bring the token. Thread-safe. */
public final class HttpDoor implements AutoCloseable {
    private static final int MOST_HEADER_BYTES = 32 * 1024;
    private static final int MOST_THREADS = 64;

    private final Server server;
    private final ServerConnector connector;
    /**
     * Writes to those who watch, in turns: a queue that has to wait for its turn has more to write by then, so that under load
     * many events go out in one piece, and there are no more threads for it than can run.
     */
    private final ThreadPoolExecutor writers;

    /**
     * Opens it.
     *
     * @param port 0 for any that is free
     * @param idle a connection on which nothing happens, but for a watch, is closed after so long
     * @param credentials asked for at last: they may still be in the making
     * @param api makes what answers, given what runs its writing
     * @throws PortInUseException if it cannot be had
     */
    public HttpDoor(int port, Duration idle, Supplier<Credentials> credentials, Function<Executor, KubernetesApi> api) {
        // With a queue of Java's: for its own it has the JVM's management begun, to ask how long references are.
        QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 4, new LinkedBlockingQueue<>());
        threads.setName("rollproof-api");
        threads.setDaemon(true);
        writers = writers();
        KubernetesApi served = api.apply(writers);
        HttpConnectionFactory http = http();
        // Without a pool of buffers: the embedded server is known to release one twice where clients leave
        // (jetty/jetty.project#12939), a pool hands it to two connections then, and one is answered what the other
        // asked.
        server = new Server(threads, null, new ByteBufferPool.NonPooling());
        Credentials made = credentials.get();
        server.setHandler(new ApiHandler(served, made.token()));
        connector = new ServerConnector(server, 1, 1, tls(made.authority()), http);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        connector.setIdleTimeout(idle.toMillis());
        server.addConnector(connector);
        server.setStopTimeout(0);
        try {
            server.start();
        } catch (Exception failed) {
            close();
            throw new PortInUseException(port, failed);
        }
    }

    private static ThreadPoolExecutor writers() {
        int most = Math.max(2, Runtime.getRuntime().availableProcessors());
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most,
                most,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> {
                    Thread thread = new Thread(work, "rollproof-watch-writer-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                // When the door is closed there is nobody to write to.
                new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static SslConnectionFactory tls(Authority authority) {
        SslContextFactory.Server keys = new SslContextFactory.Server();
        keys.setSslContext(authority.server());
        keys.setSniRequired(false);
        return new SslConnectionFactory(keys, HttpVersion.HTTP_1_1.asString());
    }

    private static HttpConnectionFactory http() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        configuration.setRequestHeaderSize(MOST_HEADER_BYTES);
        // Those outside the heap are dear to make.
        configuration.setUseInputDirectByteBuffers(false);
        configuration.setUseOutputDirectByteBuffers(false);
        return EagerChunks.connections(configuration);
    }

    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException("the server does not stop: " + failed.getMessage(), failed);
        } finally {
            writers.shutdown();
        }
    }
}
