// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Many watches of everything, and many writes: creations, changes and deletions. Each watcher has to be told every write of
 * each object, once and in its order. Prints how many writes there were a second, and every event that is missing, doubled or
 * out of order. Arguments: watches, writes a second, seconds; default 200, 2000, 60. Exits with 1 where something was wrong.
 */
public final class DoorLoad {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String SELECTED = "labelSelector=load%3Dtrue";
    private static final int WRITERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Door door;
    private final int watchers;
    private final int writesPerSecond;
    private final Duration duration;

    /** What came of it: the writes, how long they took, when the last watcher had been told, and what was wrong. */
    record Result(long writes, double seconds, double secondsUntilTold, long events, List<String> faults) {
        double writesPerSecond() {
            return writes / seconds;
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%,d writes in %.1f s (%,.0f a second), %,d events told, the last %.2f s after the last write; %d faults",
                    writes,
                    seconds,
                    writesPerSecond(),
                    events,
                    secondsUntilTold - seconds,
                    faults.size());
        }
    }

    /** One watch, and what it was told. */
    private record Watcher(RawWatch watch, Seen seen) {}

    DoorLoad(Door door, int watchers, int writesPerSecond, Duration duration) {
        this.door = door;
        this.watchers = watchers;
        this.writesPerSecond = writesPerSecond;
        this.duration = duration;
    }

    public static void main(String[] args) throws Exception {
        int watchers = args.length > 0 ? Integer.parseInt(args[0]) : 200;
        int writes = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 60;
        try (SimulatedCluster cluster = SimulatedCluster.create();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            Door door = Door.of(Config.fromKubeconfig(server.kubeconfig()));
            new DoorLoad(door, 1, writes, Duration.ofSeconds(5)).run("warm-");
            System.out.printf("%d watches, %d writes a second for %d s%n", watchers, writes, seconds);
            Result result = new DoorLoad(door, watchers, writes, Duration.ofSeconds(seconds)).run("load-");
            System.out.println(result.text());
            result.faults().stream().limit(20).forEach(System.out::println);
            if (!result.faults().isEmpty()) {
                System.exit(1);
            }
        }
    }

    /** @param prefix of the objects' names, of which there must be none yet */
    Result run(String prefix) throws Exception {
        List<Watcher> open = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            String from;
            try (RawConnection connection = new RawConnection(door)) {
                from = connection
                        .send("GET", MAPS + "?" + SELECTED, "", "")
                        .orElseThrow(200)
                        .field("resourceVersion");
            }
            for (int i = 0; i < watchers; i++) {
                Seen seen = new Seen();
                open.add(new Watcher(
                        new RawWatch(
                                door,
                                MAPS + "?watch=true&" + SELECTED + "&resourceVersion=" + from,
                                (word, object, version) -> seen.add(object, word, version)),
                        seen));
            }
            long started = System.nanoTime();
            List<Future<Written>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(threads.submit(new Writer(prefix + i + "-", started + i * interval() / WRITERS)));
            }
            Written written = new Written();
            for (Future<Written> writer : writers) {
                written.addAll(writer.get());
            }
            double seconds = (System.nanoTime() - started) / 1e9;
            awaitEvents(open, written.size());
            double told = (System.nanoTime() - started) / 1e9;
            return new Result(written.size(), seconds, told, events(open), faults(open, written));
        } finally {
            threads.shutdownNow();
            for (Watcher watcher : open) {
                watcher.watch().close();
            }
        }
    }

    private long interval() {
        return TimeUnit.SECONDS.toNanos(WRITERS) / writesPerSecond;
    }

    private static void awaitEvents(List<Watcher> watchers, long expected) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Watcher watcher : watchers) {
            while (watcher.seen().size() < expected && watcher.watch().end() == null && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static long events(List<Watcher> watchers) {
        return watchers.stream().mapToLong(watcher -> watcher.seen().size()).sum();
    }

    private static List<String> faults(List<Watcher> watchers, Written written) {
        SequenceCheck check = new SequenceCheck(written);
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < watchers.size(); i++) {
            String who = "watcher " + i + ": ";
            Exception end = watchers.get(i).watch().end();
            if (end != null) {
                faults.add(who + "ended early: " + end);
            }
            check.faults(watchers.get(i).seen()).forEach(fault -> faults.add(who + fault));
        }
        return faults;
    }

    /** Writes its own objects at its own pace: of each six writes, one creates, four change, and one deletes or leaves. */
    private final class Writer implements Callable<Written> {
        private final String prefix;
        private final long firstAt;
        private final Written written = new Written();

        Writer(String prefix, long firstAt) {
            this.prefix = prefix;
            this.firstAt = firstAt;
        }

        @Override
        public Written call() throws IOException {
            long end = firstAt + duration.toNanos();
            try (RawConnection connection = new RawConnection(door)) {
                long due = firstAt;
                for (int n = 0; due < end; n++, due += interval()) {
                    for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                        LockSupport.parkNanos(wait);
                    }
                    write(connection, n);
                }
            }
            return written;
        }

        private void write(RawConnection connection, int n) throws IOException {
            // A name comes back after its object was deleted, so that there are not ever more.
            String name = prefix + (n / 6) % 100;
            switch (n % 6) {
                case 0 -> {
                    String map = "{\"metadata\":{\"name\":\"" + name
                            + "\",\"labels\":{\"load\":\"true\"}},\"data\":{\"n\":\"" + n + "\"}}";
                    told(
                            name,
                            "ADDED",
                            connection
                                    .send("POST", MAPS, "application/json", map)
                                    .orElseThrow(201));
                }
                case 5 -> {
                    connection.send("DELETE", MAPS + "/" + name, "", "").orElseThrow(200);
                    written.add(name, "DELETED", Written.UNTOLD);
                }
                default -> {
                    String patch = "{\"data\":{\"n\":\"" + n + "\"}}";
                    told(
                            name,
                            "MODIFIED",
                            connection
                                    .send("PATCH", MAPS + "/" + name, "application/merge-patch+json", patch)
                                    .orElseThrow(200));
                }
            }
        }

        private void told(String name, String word, RawConnection.Reply reply) {
            written.add(name, word, Long.parseLong(Objects.requireNonNull(reply.field("resourceVersion"))));
        }
    }
}
