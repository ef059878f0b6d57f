// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.sim.SimulatedCluster;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the simulated cluster costs: a new one, and a rolling update of ten replicas from the change until all is at rest. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class SimulationBenchmark {
    /** A new cluster for each measurement, as a test has it, with one settled Deployment of ten replicas. */
    @State(Scope.Thread)
    public static class Fresh {
        private SimulatedCluster cluster = SimulatedCluster.create();

        @Setup(Level.Invocation)
        public void create() {
            cluster = SimulatedCluster.create();
            cluster.create(Clocks.deployment("clock", 10, "clock:1.0"), dev.rollproof.k8s.WriteOptions.defaults());
            cluster.advance(Duration.ofMinutes(1));
        }

        @TearDown(Level.Invocation)
        public void close() {
            Clocks.requireComplete(cluster, "clock");
            cluster.close();
        }
    }

    /** One cluster that lives on, with all that has gathered in it: an hour of events, and its watches' history. */
    @State(Scope.Thread)
    public static class Settled {
        private SimulatedCluster cluster = SimulatedCluster.create();
        private boolean flip;

        @Setup(Level.Iteration)
        public void create() {
            cluster = SimulatedCluster.create();
            cluster.create(Clocks.deployment("clock", 10, "clock:1.0"), dev.rollproof.k8s.WriteOptions.defaults());
            cluster.advance(Duration.ofMinutes(1));
            Clocks.requireComplete(cluster, "clock");
        }

        @TearDown(Level.Iteration)
        public void close() {
            Clocks.requireComplete(cluster, "clock");
            cluster.close();
        }
    }

    @Benchmark
    public void rollingUpdateOfTenReplicas(Fresh fresh) {
        Clocks.setImage(fresh.cluster, "clock", "clock:1.1");
        fresh.cluster.advance(Duration.ofMinutes(2));
    }

    @Benchmark
    public void rollingUpdateInALongLife(Settled settled) {
        settled.flip = !settled.flip;
        Clocks.setImage(settled.cluster, "clock", settled.flip ? "clock:1.1" : "clock:1.0");
        settled.cluster.advance(Duration.ofMinutes(2));
    }

    @Benchmark
    public Object newCluster() {
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.close();
        return cluster;
    }
}
