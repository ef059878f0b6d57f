// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.time.Time;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A cluster that somebody stands before: told of every write that is stored, by number, before and after it. */
public final class InterceptedCluster implements Cluster {
    /** What happens around a write; counted from 1. */
    public interface Interception {
        void before(int write) throws InterruptedException;

        void after(int write);

        /** Whether the client hears no answer to a write that is stored, and sends it again by itself. */
        default boolean isSentAgain(int write) {
            return false;
        }
    }

    /** The process that drives is gone. */
    public static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KilledException(int write, boolean after) {
            super("killed " + (after ? "after" : "before") + " write " + write);
        }
    }

    private final Cluster cluster;
    private final Interception interception;
    private final List<String> writes = new ArrayList<>();
    private final List<String> reads = new ArrayList<>();

    public InterceptedCluster(Cluster cluster, Interception interception) {
        this.cluster = cluster;
        this.interception = interception;
    }

    /** Kills whoever writes, at one write: before it is stored, or after that, when nobody hears the answer. */
    public static InterceptedCluster killing(Cluster cluster, int atWrite, boolean afterIt) {
        return new InterceptedCluster(cluster, new Interception() {
            @Override
            public void before(int write) {
                if (write > atWrite || (write == atWrite && !afterIt)) {
                    throw new KilledException(write, false);
                }
            }

            @Override
            public void after(int write) {
                if (write == atWrite && afterIt) {
                    throw new KilledException(write, true);
                }
            }
        });
    }

    /** Stores one write and gives no answer to it, after something else has happened. */
    static InterceptedCluster losingTheAnswer(Cluster cluster, int toWrite, Runnable meanwhile) {
        return new InterceptedCluster(cluster, new Interception() {
            @Override
            public void before(int write) {}

            @Override
            public void after(int write) {
                if (write == toWrite) {
                    meanwhile.run();
                    throw new ClusterException(Reason.UNREACHABLE, "the connection was reset");
                }
            }
        });
    }

    /** Sends one write twice, as a client does by itself that heard no answer: the second answer is what the writer hears. */
    public static InterceptedCluster sendingAgain(Cluster cluster, int theWrite) {
        return new InterceptedCluster(cluster, new Interception() {
            @Override
            public void before(int write) {}

            @Override
            public void after(int write) {}

            @Override
            public boolean isSentAgain(int write) {
                return write == theWrite;
            }
        });
    }

    /** Does something once, just before a write. */
    static InterceptedCluster interrupting(Cluster cluster, int atWrite, Interruption interruption) {
        return new InterceptedCluster(cluster, new Interception() {
            @Override
            public void before(int write) throws InterruptedException {
                if (write == atWrite) {
                    interruption.run();
                }
            }

            @Override
            public void after(int write) {}
        });
    }

    /** Something to do that may wait. */
    interface Interruption {
        void run() throws InterruptedException;
    }

    /** What was written, in order. */
    public List<String> writes() {
        return writes;
    }

    /** What was read and observed, in order. */
    List<String> reads() {
        return reads;
    }

    private <T> T written(String what, WriteOptions options, Supplier<T> write) {
        return options.dryRun() ? write.get() : written(what, write);
    }

    private <T> T written(String what, Supplier<T> write) {
        writes.add(what);
        int number = writes.size();
        try {
            interception.before(number);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        T result = write.get();
        if (interception.isSentAgain(number)) {
            result = write.get();
        }
        interception.after(number);
        return result;
    }

    @Override
    public Time time() {
        return cluster.time();
    }

    @Override
    public String description() {
        return cluster.description();
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(Class<T> type, String namespace, String name) {
        reads.add("get " + type.getSimpleName());
        return cluster.get(type, namespace, name);
    }

    @Override
    public <T extends HasMetadata> List<T> list(Query<T> query) {
        reads.add("list " + query.type().getSimpleName());
        return cluster.list(query);
    }

    @Override
    public <T extends HasMetadata> T create(T manifest, WriteOptions options) {
        return written("create " + manifest.getMetadata().getName(), options, () -> cluster.create(manifest, options));
    }

    @Override
    public <T extends HasMetadata> T replace(T manifest, WriteOptions options) {
        return written("replace", options, () -> cluster.replace(manifest, options));
    }

    @Override
    public <T extends HasMetadata> T replaceStatus(T manifest, WriteOptions options) {
        return written("replaceStatus", options, () -> cluster.replaceStatus(manifest, options));
    }

    @Override
    public <T extends HasMetadata> T apply(T manifest, WriteOptions options) {
        return written("apply " + manifest.getMetadata().getName(), options, () -> cluster.apply(manifest, options));
    }

    @Override
    public <T extends HasMetadata> T patch(
            Class<T> type, String namespace, String name, Patch patch, WriteOptions options) {
        return written(
                "patch " + type.getSimpleName() + "/" + name + " " + patch.body(),
                options,
                () -> cluster.patch(type, namespace, name, patch, options));
    }

    @Override
    public <T extends HasMetadata> void scale(
            Class<T> type, String namespace, String name, int replicas, WriteOptions options) {
        written("scale " + name, options, () -> {
            cluster.scale(type, namespace, name, replicas, options);
            return name;
        });
    }

    @Override
    public <T extends HasMetadata> void delete(Class<T> type, String namespace, String name, DeleteOptions options) {
        written("delete " + name, () -> {
            cluster.delete(type, namespace, name, options);
            return name;
        });
    }

    @Override
    public <T extends HasMetadata> Observation observe(Query<T> query, Consumer<Change> onChange) {
        reads.add("observe " + query.type().getSimpleName());
        return cluster.observe(query, onChange);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
