// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.http;

import dev.rollproof.server.api.Answer;
import dev.rollproof.server.api.NodePorts;
import dev.rollproof.server.api.NodePorts.NodePort;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plain HTTP on loopback for each node port: at the port of that number, or, where somebody else has it, at any that is free.
 * Thread-safe.
 */
public final class NodePortDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodePortDoor.class);

    /** A thread for each open port, and some that answer. */
    private static final int MOST_PORTS = 100;

    private static final int MOST_THREADS = MOST_PORTS + 32;

    private final Duration idle;
    private final NodePorts ports;
    private final BiConsumer<NodePort, Integer> onOpened;
    private final Map<NodePort, ServerConnector> open = new LinkedHashMap<>();
    private final Server server;

    /**
     * @param idle a connection on which nothing happens is closed after so long
     * @param onOpened told which port of loopback leads to a node port, on another thread
     */
    public NodePortDoor(Duration idle, NodePorts ports, BiConsumer<NodePort, Integer> onOpened) {
        this.idle = idle;
        this.ports = ports;
        this.onOpened = onOpened;
        QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 1, new LinkedBlockingQueue<>());
        threads.setName("rollproof-node-port");
        threads.setDaemon(true);
        server = new Server(threads);
        server.setHandler(new ToPods());
        server.setStopTimeout(0);
        ports.follow(this::openAndClose);
    }

    private final class ToPods extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            NodePort at = of(request.getConnectionMetaData().getConnector());
            Answer answer = at == null ? new Answer.Dropped() : ports.ask(at, ApiHandler.path(request));
            if (answer instanceof Answer.Later later) {
                ApiHandler.finish(later, request, response, callback);
            } else {
                ResponseOutlet.drop(request, callback);
            }
            return true;
        }
    }

    private synchronized @Nullable NodePort of(Object connector) {
        for (Map.Entry<NodePort, ServerConnector> entry : open.entrySet()) {
            if (entry.getValue() == connector) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** Which port of loopback leads to each node port. */
    public synchronized Map<NodePort, Integer> addresses() {
        Map<NodePort, Integer> all = new LinkedHashMap<>();
        open.forEach((port, connector) -> all.put(port, connector.getLocalPort()));
        return all;
    }

    private void openAndClose(List<NodePort> wanted) {
        Map<NodePort, Integer> opened = new LinkedHashMap<>();
        synchronized (this) {
            new LinkedHashMap<>(open).forEach((port, connector) -> {
                if (!wanted.contains(port)) {
                    open.remove(port);
                    close(connector);
                }
            });
            for (NodePort port : wanted) {
                if (!open.containsKey(port) && open.size() < MOST_PORTS) {
                    ServerConnector connector = listen(port);
                    if (connector != null) {
                        open.put(port, connector);
                        opened.put(port, connector.getLocalPort());
                    }
                }
            }
        }
        opened.forEach(onOpened);
    }

    private @Nullable ServerConnector listen(NodePort port) {
        try {
            if (!server.isStarted()) {
                server.start();
            }
            return listen(port.number());
        } catch (Exception taken) {
            LOG.debug("port {} is taken", port.number(), taken);
        }
        try {
            return listen(0);
        } catch (Exception none) {
            LOG.warn("no port on loopback for node port {} of Service {}", port.number(), port.service(), none);
            return null;
        }
    }

    private ServerConnector listen(int number) throws Exception {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(server, 0, 1, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        connector.setPort(number);
        connector.setIdleTimeout(idle.toMillis());
        try {
            connector.open();
            server.addConnector(connector);
            connector.start();
            return connector;
        } catch (Exception failed) {
            close(connector);
            throw failed;
        }
    }

    private void close(ServerConnector connector) {
        try {
            connector.stop();
        } catch (Exception failed) {
            LOG.debug("{} does not stop", connector, failed);
        }
        connector.close();
        server.removeConnector(connector);
    }

    @Override
    public synchronized void close() {
        ports.close();
        open.clear();
        try {
            server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException("the server of node ports does not stop: " + failed.getMessage(), failed);
        }
    }
}
