// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outage;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.InterceptedCluster;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.RolloutActionException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One rollout from a random seed, and what people, tools, networks and servers do to it meanwhile: before a write, after it, and between.
 * Whoever drives may die, and answers get lost.
 */
abstract class StormyRollout implements AutoCloseable {
    private static final int SEEDS = Integer.getInteger("rollproof.seeds", 50);
    static final String NAMESPACE = "default";
    static final ObjectRef CLOCK = new ObjectRef("Deployment", NAMESPACE, "clock");
    /** Watches are never later. */
    static final Duration LATEST = ofSeconds(2);

    /** What versions need that get ready: longer than proxies need to hear of it. */
    private static final Duration START = ofSeconds(6);

    private static final int REQUESTS_A_SECOND = 5;

    private static final long FIRST_SEED = Long.getLong("rollproof.seed", 1);

    /** The process of a driver is gone. */
    static final class DiedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What somebody else did that explains why something is not as the rollout would have it. */
    enum Deed {
        SCALED,
        CHANGED_THE_TEMPLATE,
        PAUSED,
        DELETED_WHAT_IS_LIVE,
        DELETED_A_POD,
        LIMITED,
        /** The server, or the network. */
        AWAY
    }

    /** What is played in a storm; says what it came to. */
    interface Played<S> {
        Class<?> play(S storm) throws InterruptedException, IOException;
    }

    /** Of the workload, whose name is clock. */
    final Class<? extends HasMetadata> type;

    final Random random;
    final SimulatedCluster cluster;
    final List<String> story = new ArrayList<>();
    final Set<Deed> deeds = EnumSet.noneOf(Deed.class);

    /** How much is yet to happen. */
    int left;

    private @Nullable RunningTraffic users;

    StormyRollout(long seed) {
        this(seed, List.of(Deployment.class));
    }

    /** @param types one of which is rolled out */
    StormyRollout(long seed, List<Class<? extends HasMetadata>> types) {
        // Neighbouring seeds begin with the same numbers.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        type = types.get(random.nextInt(types.size()));
        cluster = SimulatedCluster.builder().seed(seed).build();
        for (String good : List.of("clock:1.0", "clock:1.1", "clock:1.3")) {
            cluster.images().declare(good, ImageBehavior.wellBehaved().readyAfter(START));
        }
        cluster.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        cluster.images().declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        cluster.images().declare("clock:late", ImageBehavior.wellBehaved().readyAfter(ofSeconds(20)));
    }

    /** Plays all seeds that are asked for; the one that fails is told, and how to play it again. */
    static <S extends StormyRollout> void playAll(LongFunction<S> storms, Played<S> played, Class<?>... ends)
            throws InterruptedException {
        Set<Class<?>> seen = new HashSet<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try (S storm = storms.apply(seed)) {
                seen.add(played.play(storm));
            } catch (AssertionError | RuntimeException | IOException failure) {
                throw new AssertionError(
                        "seed %d failed; play it again with -Drollproof.seed=%d -Drollproof.seeds=1: %s"
                                .formatted(seed, seed, failure.getMessage()),
                        failure);
            }
        }
        if (SEEDS >= 50) {
            // Otherwise hardly anything was looked at.
            assertThat(seen).contains(ends);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }

    /** They ask until they are counted. */
    void usersCome(Load load) throws InterruptedException {
        users = cluster.traffic()
                .start(load.withLanes(Lane.FRESH)
                        .withPerSecond(REQUESTS_A_SECOND)
                        .withLongest(ofHours(2)));
    }

    /** By some version at any time: none that serves goes before another does. */
    void usersWereServed() throws InterruptedException {
        TrafficReport report = Objects.requireNonNull(users, "users came").stop();
        assertThat(report.longestOutage().map(Outage::length).orElse(Duration.ZERO))
                .as("outage, %s", story)
                .isLessThan(START.dividedBy(2));
        assertThat(report.failed())
                .as("requests, most to pods that had just gone, %s", story)
                .isLessThan(5 * REQUESTS_A_SECOND);
    }

    /** Something that may happen by itself, or around a write. */
    abstract String deed() throws InterruptedException;

    /** Something that may happen between writes. */
    String deedBetweenWrites() throws InterruptedException {
        return deed();
    }

    void look(Progress progress) {
        assertThat(cluster.time().now())
                .as("it ends: %s, %s", progress.status().line(), story)
                .isBefore(Instant.parse("2026-01-01T00:00:00Z").plus(ofHours(1)));
        if (comes(12)) {
            tell(tried(this::deedBetweenWrites));
        }
        if (comes(40)) {
            interrupt();
        }
    }

    /** Whoever drives hears of it as soon as he waits. */
    private void interrupt() {
        tell("somebody interrupts");
        Thread.currentThread().interrupt();
    }

    Cluster inTheStorm() {
        return new InterceptedCluster(cluster, new InterceptedCluster.Interception() {
            @Override
            public void before(int write) {
                if (comes(12)) {
                    tell("the driver dies before write " + write);
                    throw new DiedException();
                }
                if (comes(8)) {
                    tell(tried(StormyRollout.this::deed));
                }
            }

            @Override
            public boolean isSentAgain(int write) {
                boolean again = comes(8);
                if (again) {
                    tell("the client sends write " + write + " again");
                }
                return again;
            }

            @Override
            public void after(int write) {
                if (comes(12)) {
                    tell("the driver dies after write " + write);
                    throw new DiedException();
                }
                if (comes(8)) {
                    tell(tried(StormyRollout.this::deed));
                }
                if (comes(20)) {
                    interrupt();
                }
                if (comes(6)) {
                    int away = random.nextBoolean() ? 0 : random.nextInt(45);
                    deeds.add(Deed.AWAY);
                    tell("write " + write + " gets no answer, and the server is away for " + away + " s");
                    cluster.faults().unreachable(ofSeconds(away));
                    throw new ClusterException(
                            random.nextBoolean() ? Reason.UNREACHABLE : Reason.SERVICE_UNAVAILABLE, "no answer");
                }
            }
        });
    }

    /** One thing in so many, as long as there is one left. */
    boolean comes(int inSoMany) {
        boolean comes = left > 0 && random.nextInt(inSoMany) == 0;
        left -= comes ? 1 : 0;
        return comes;
    }

    void tell(String what) {
        story.add(cluster.time().now() + " " + what);
    }

    private interface Happening {
        String happen() throws InterruptedException;
    }

    private static String tried(Happening happening) {
        // Others are other processes.
        boolean interrupted = Thread.interrupted();
        try {
            return happening.happen();
        } catch (ClusterException | RolloutActionException refused) {
            return "refused: " + refused.getMessage();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    String deleteAPod() {
        List<Pod> pods = all(Pod.class);
        if (pods.isEmpty()) {
            return "no pod to delete";
        }
        deeds.add(Deed.DELETED_A_POD);
        String name = pods.get(random.nextInt(pods.size())).getMetadata().getName();
        cluster.delete(Pod.class, NAMESPACE, name, DeleteOptions.defaults());
        return name + " is deleted";
    }

    String scale(HasMetadata workload, int to) {
        deeds.add(Deed.SCALED);
        String name = workload.getMetadata().getName();
        cluster.scale(type, NAMESPACE, name, to, WriteOptions.defaults());
        return name + " is scaled to " + to;
    }

    String annotate() {
        return patch("{\"metadata\":{\"annotations\":{\"team\":\"shop\"}}}");
    }

    String pause() {
        deeds.add(Deed.PAUSED);
        return patch("{\"spec\":{\"paused\":true}}");
    }

    String changeTheImage() {
        deeds.add(Deed.CHANGED_THE_TEMPLATE);
        return patch(
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"clock:1.3\"}]}}}}");
    }

    private String patch(String patch) {
        cluster.patch(type, NAMESPACE, "clock", Patch.strategicMerge(patch), WriteOptions.defaults());
        return "somebody patches " + patch;
    }

    String applyAgain(HasMetadata manifest) {
        if (type.isInstance(manifest)) {
            deeds.add(Deed.CHANGED_THE_TEMPLATE);
        }
        cluster.apply(manifest, WriteOptions.defaults().withFieldManager("gitops"));
        return "a tool applies the " + manifest.getKind() + " again";
    }

    String limitPods(int most) {
        deeds.add(Deed.LIMITED);
        int pods = 1 + random.nextInt(most);
        cluster.create(Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: pods, namespace: default}
                spec: {hard: {pods: "%d"}}
                """.formatted(pods)), WriteOptions.defaults());
        return "a quota of " + pods + " pods";
    }

    String failSometimes() {
        deeds.add(Deed.AWAY);
        Reason reason = random.nextBoolean() ? Reason.TOO_MANY_REQUESTS : Reason.INTERNAL_ERROR;
        int times = 1 + random.nextInt(3);
        cluster.faults().failFrom(1 + random.nextInt(3), times, Call.any().byEverybody(), reason);
        return times + " times " + reason;
    }

    String goAway() {
        deeds.add(Deed.AWAY);
        int seconds = random.nextInt(45);
        cluster.faults().unreachable(ofSeconds(seconds));
        return "the server is away for " + seconds + " s";
    }

    String cutWatches() {
        cluster.faults().cutWatches();
        return "watches are cut";
    }

    String delayWatches() {
        deeds.add(Deed.AWAY);
        int millis = random.nextInt((int) LATEST.toMillis());
        cluster.faults().delayWatches(ofMillis(millis));
        return "watches are late by " + millis + " ms";
    }

    /** @param spec what the kind has beside the selector and the template */
    <T extends HasMetadata> T clock(Class<T> type, String labels, String spec, String image) {
        return Yaml.read(type, """
                apiVersion: apps/v1
                kind: %1$s
                metadata: {name: clock, namespace: default}
                spec:
                  %2$s
                  selector: {matchLabels: {%3$s}}
                  template:
                    metadata: {labels: {%3$s}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                      - {name: web, image: "%4$s", readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}}
                """.formatted(type.getSimpleName(), spec, labels, image));
    }

    static Service service(String name, String selector) {
        return Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec: {selector: {%s}, ports: [{port: 80, targetPort: 8080}]}
                """.formatted(name, selector));
    }

    Set<String> imagesOfPods() {
        return all(Pod.class).stream()
                .map(pod -> pod.getSpec().getContainers().get(0).getImage())
                .collect(Collectors.toSet());
    }

    Deployment current() {
        return all(Deployment.class).stream()
                .filter(one -> one.getMetadata().getName().equals("clock"))
                .findFirst()
                .orElseThrow();
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return whateverTheFaults(() -> cluster.list(Query.of(type).inNamespace(NAMESPACE)));
    }

    /** Faults are for drivers. */
    <R> R whateverTheFaults(Supplier<R> reading) {
        while (true) {
            try {
                return reading.get();
            } catch (ClusterException fault) {
                cluster.advance(ofSeconds(1));
            }
        }
    }
}
