// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Judge;
import dev.rollproof.verifier.judge.Memory;
import dev.rollproof.verifier.judge.Patience;
import dev.rollproof.verifier.judge.Snapshot;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One judgement of a Deployment of a hundred pods: half-way through a rolling update, and when it is complete. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class JudgeBenchmark {
    private static final String NAMESPACE = "default";

    /** What is judged: taken from a simulated rollout. */
    @State(Scope.Thread)
    public static class Seen {
        private Snapshot halfWay = empty();
        private Snapshot complete = empty();
        private Memory memory = Memory.empty();
        private Judge judge = judgeOf(halfWay);
        private Instant at = Instant.EPOCH;

        private static Snapshot empty() {
            try (SimulatedCluster cluster = SimulatedCluster.create()) {
                cluster.create(Clocks.deployment("clock", 1, "clock:1.0"), WriteOptions.defaults());
                return look(cluster);
            }
        }

        private static Judge judgeOf(Snapshot seen) {
            return new Judge(
                    Expectation.of(seen.deployment().orElseThrow()), Patience.defaults(), Duration.ZERO, false);
        }

        private static Snapshot look(SimulatedCluster cluster) {
            ObservedDeployment d = Observed.from(
                    cluster.get(Deployment.class, NAMESPACE, "clock").orElseThrow());
            return Snapshot.of(
                    d,
                    cluster.list(Query.of(ReplicaSet.class).inNamespace(NAMESPACE)).stream()
                            .map(Observed::from)
                            .toList(),
                    cluster.list(Query.of(Pod.class).inNamespace(NAMESPACE)).stream()
                            .map(Observed::from)
                            .toList(),
                    cluster.list(Query.of(Event.class).inNamespace(NAMESPACE)).stream()
                            .map(Observed::from)
                            .filter(ObservedEvent::isWarning)
                            .toList());
        }

        @Setup
        public void rollOut() {
            try (SimulatedCluster cluster = SimulatedCluster.builder().nodes(2).build()) {
                cluster.create(Clocks.deployment("clock", 100, "clock:1.0"), WriteOptions.defaults());
                cluster.advance(Duration.ofMinutes(1));
                Clocks.setImage(cluster, "clock", "clock:1.1");
                cluster.advance(Duration.ofSeconds(2));
                halfWay = look(cluster);
                cluster.advance(Duration.ofMinutes(2));
                complete = look(cluster);
                judge = judgeOf(complete);
                at = cluster.time().now();
                memory = judge.next(Memory.empty(), halfWay, at).memory();
                if (halfWay.pods().size() < 100
                        || !judge.next(memory, complete, at).status().isFinal()) {
                    throw new IllegalStateException("not the rollout that should be measured");
                }
            }
        }
    }

    @Benchmark
    public Assessment halfWay(Seen seen) {
        return seen.judge.next(seen.memory, seen.halfWay, seen.at);
    }

    @Benchmark
    public Assessment complete(Seen seen) {
        return seen.judge.next(seen.memory, seen.complete, seen.at);
    }
}
