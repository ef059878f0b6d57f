// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.sim.engine.Delay;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.engine.Randomness;
import dev.rollproof.sim.kubelet.Kubelets;
import dev.rollproof.sim.kubelet.Listener;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests over connections to pods, and what becomes of them: a connection's fate is that of the process at its other end. Refused
 * where nothing listens, lost where the pod is gone, broken off where the process ends before its answer. Not thread-safe: under the
 * simulation's lock.
 */
final class Exchanges {
    /** What it takes to be told that nothing is there. */
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final EventLoop loop;
    private final Kubelets kubelets;
    private final Randomness random;
    private final boolean jitter;

    /** @param jitter whether answers take as long as is drawn, or always the same */
    Exchanges(EventLoop loop, Kubelets kubelets, Randomness random, boolean jitter) {
        this.loop = loop;
        this.kubelets = kubelets;
        this.random = random;
        this.jitter = jitter;
    }

    record Connection(Backend backend, int process) {}

    /** Told once, when a request has ended. */
    interface Ended {
        /**
         * @param server what was asked; null where nothing was
         * @param kept the connection, where it can be used again; else null
         */
        void with(Outcome outcome, Duration took, Listener.@Nullable Server server, @Nullable Connection kept);
    }

    Listener listener(Backend backend) {
        return kubelets.listener(backend.podUid(), backend.port());
    }

    /** Whether the process at the other end still has it. */
    boolean isOpen(Connection connection) {
        Listener listener = listener(connection.backend);
        boolean runs = listener.state() == Listener.State.SERVING || listener.state() == Listener.State.STOPPING;
        return runs && listener.process() == connection.process;
    }

    /**
     * Connects and asks.
     *
     * @param refused what the client sees where nothing listens
     * @param lost what it sees where the connection ends before the answer
     */
    void send(Backend backend, Duration timeout, Outcome refused, Outcome lost, Ended ended) {
        Listener listener = listener(backend);
        switch (listener.state()) {
            case NOBODY -> endIn(timeout, new Outcome.TimedOut(), ended);
            case CLOSED, STOPPING -> endIn(AT_ONCE, refused, ended);
            case SERVING -> ask(new Connection(backend, listener.process()), listener, timeout, lost, ended);
        }
    }

    /** Asks over a connection that is there. */
    void ask(Connection connection, Duration timeout, Outcome lost, Ended ended) {
        ask(connection, listener(connection.backend), timeout, lost, ended);
    }

    private void ask(Connection connection, Listener listener, Duration timeout, Outcome lost, Ended ended) {
        Optional<Listener.Server> server = listener.server();
        if (server.isEmpty()) {
            endIn(AT_ONCE, lost, ended);
            return;
        }
        Delay latency = server.get().behavior().latency();
        Duration answerIn = Duration.ofNanos((jitter ? latency : latency.fixed()).nanos(random));
        if (answerIn.compareTo(timeout) > 0) {
            endIn(timeout, new Outcome.TimedOut(), ended);
        } else {
            loop.after(answerIn, () -> answer(connection, server.get(), answerIn, lost, ended));
        }
    }

    private void answer(Connection connection, Listener.Server asked, Duration took, Outcome lost, Ended ended) {
        Listener now = listener(connection.backend);
        boolean runs = now.process() == connection.process && now.server().isPresent();
        if (!runs && !asked.finishes()) {
            ended.with(lost, took, null, null);
            return;
        }
        int status = !asked.well() ? 503 : random.chance(asked.behavior().errors()) ? 500 : 200;
        boolean closes = asked.draining() && asked.behavior().closes();
        ended.with(
                new Outcome.Answered(status, asked.version(), connection.backend.podName()),
                took,
                asked,
                runs && !closes ? connection : null);
    }

    private void endIn(Duration time, Outcome outcome, Ended ended) {
        loop.after(time, () -> ended.with(outcome, time, null, null));
    }
}
