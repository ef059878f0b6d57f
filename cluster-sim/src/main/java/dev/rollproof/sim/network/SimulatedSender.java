// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.Target;
import dev.rollproof.k8s.traffic.TrafficRecording;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.engine.Randomness;
import dev.rollproof.sim.kubelet.Kubelets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Sends one load, by its {@link Exchanges}. A kept connection is closed unseen where its process ends while nothing is asked. Behind a
 * gateway the client's connections are the gateway's, which always answers, with 503 for what it could not get.
 */
final class SimulatedSender implements RunningTraffic {
    private static final Outcome REFUSED = new Outcome.Refused();
    private static final Duration NEVER = Duration.ofDays(365);

    private final EventLoop loop;
    private final Nodes nodes;
    private final Randomness random;
    private final Exchanges exchanges;
    private final Load load;
    private final List<Lane> lanes;

    /** What a client sees of a connection that ends before its answer. */
    private final Outcome lost;

    private final TrafficRecording recording;
    private final long beginNanos;
    private final long intervalNanos;
    private final Deque<Exchanges.Connection> idle = new ArrayDeque<>();
    private long sent;
    private boolean stopped;

    /** What there is between a client and the pods, the same for all senders. */
    record Nodes(ProxyRules rules, GatewayRules gateway, Kubelets kubelets, Rejections rejections) {}

    SimulatedSender(ControlPlane plane, Nodes nodes, Randomness random, Load load) {
        this.loop = plane.loop();
        this.nodes = nodes;
        this.random = random;
        this.exchanges = new Exchanges(plane.loop(), nodes.kubelets(), random, plane.jitter());
        this.load = load;
        this.lanes = List.copyOf(new TreeSet<>(load.lanes()));
        this.lost = load.target() instanceof Target.Host ? new Outcome.Answered(503, "", "") : new Outcome.Reset();
        this.recording = new TrafficRecording(load, loop.now());
        this.beginNanos = loop.elapsedNanos();
        this.intervalNanos = load.interval().toNanos();
    }

    void begin() {
        loop.after(0, this::sendAll);
    }

    private Duration elapsed() {
        return Duration.ofNanos(loop.elapsedNanos() - beginNanos);
    }

    void awaitBaseline() throws InterruptedException {
        try {
            loop.awaitUntil(loop.now().plus(NEVER), () -> recording.baselineOver(elapsed()) || stopped);
        } catch (InterruptedException interrupted) {
            close();
            throw interrupted;
        }
    }

    private void sendAll() {
        Duration due = Duration.ofNanos(intervalNanos * sent);
        if (stopped || due.compareTo(load.longest()) >= 0) {
            stopped = true;
            return;
        }
        sent++;
        for (Lane lane : lanes) {
            int number = recording.due(due, lane);
            if (load.target() instanceof Target.OfService service) {
                send(number, lane, service);
            } else if (load.target() instanceof Target.Host host) {
                sendToGateway(number, lane, host);
            }
        }
        loop.after(intervalNanos, this::sendAll);
    }

    private void send(int number, Lane lane, Target.OfService service) {
        Exchanges.@Nullable Connection kept = lane == Lane.KEPT_ALIVE ? openConnection() : null;
        if (kept != null) {
            exchanges.ask(kept, load.timeout(), lost, ended(number, lane));
            return;
        }
        Optional<List<Backend>> rule = nodes.rules().backends(service.namespace(), service.service(), service.port());
        if (rule.isEmpty()) {
            endIn(Duration.ofMillis(1), number, REFUSED);
            return;
        }
        List<Backend> backends = rule.get();
        if (backends.isEmpty()) {
            reject(number);
            return;
        }
        Backend backend = backends.get((int) random.between(0, backends.size() - 1));
        exchanges.send(backend, load.timeout(), REFUSED, lost, ended(number, lane));
    }

    private Exchanges.Ended ended(int number, Lane lane) {
        boolean keeps = lane == Lane.KEPT_ALIVE && load.target() instanceof Target.OfService;
        return (outcome, took, server, kept) -> {
            recording.ended(number, outcome, took);
            if (keeps && kept != null) {
                idle.addFirst(kept);
            }
        };
    }

    /** The gateway has a connection of its own to the pod, which the client does not see. */
    private void sendToGateway(int number, Lane lane, Target.Host host) {
        GatewayRules.Hop hop = nodes.gateway().next(host.name(), load, random);
        if (hop instanceof GatewayRules.Hop.Answered answer) {
            endIn(Duration.ofMillis(1), number, new Outcome.Answered(answer.status(), "", ""));
        } else if (hop instanceof GatewayRules.Hop.Forwarded forwarded) {
            exchanges.send(forwarded.backend(), load.timeout(), lost, lost, ended(number, lane));
        }
    }

    /** A node rejects what has no endpoint, and says so as often as its kernel lets it; the rest goes unanswered. */
    private void reject(int number) {
        if (nodes.rejections().allows(loop.elapsedNanos())) {
            endIn(Duration.ofMillis(1), number, REFUSED);
        } else {
            endIn(load.timeout(), number, new Outcome.TimedOut());
        }
    }

    /** A kept connection whose process still runs; a client notices the end of one that has ended before it asks. */
    private Exchanges.@Nullable Connection openConnection() {
        while (true) {
            Exchanges.Connection connection = idle.pollFirst();
            if (connection == null || exchanges.isOpen(connection)) {
                return connection;
            }
        }
    }

    private void endIn(Duration time, int number, Outcome outcome) {
        loop.after(time, () -> recording.ended(number, outcome, time));
    }

    @Override
    public TrafficReport soFar() {
        return recording.report();
    }

    @Override
    public TrafficReport stop() throws InterruptedException {
        close();
        Instant latest = loop.now().plus(load.timeout());
        loop.awaitUntil(latest, () -> recording.unanswered() == 0);
        return recording.report();
    }

    @Override
    public void close() {
        loop.call(() -> stopped = true);
    }
}
