// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the objects that do not keep the state. Each reads the object, then asks whether the rollout is still this
 * driver's, and writes on the condition that the object is as it was read. Who takes over writes to all of them first, so
 * that what a replaced driver still sends is refused.
 */
final class FencedWrites {
    /** The Deployment controller was seen to follow a change within a second. */
    private static final Duration COPIES_FOLLOW = Duration.ofSeconds(1);

    private static final int SWEEPS = 5;

    /** A gateway's reports on a route come in bursts; each makes a version. */
    private static final int TRIES = 10;

    private final Cluster cluster;
    private final Keeper keeper;
    private final String driver;

    FencedWrites(Cluster cluster, Keeper keeper, String driver) {
        this.cluster = cluster;
        this.keeper = keeper;
        this.driver = driver;
    }

    /** Those of some objects that exist. */
    List<HasMetadata> existing(List<ObjectRef> refs) {
        List<HasMetadata> existing = new ArrayList<>();
        refs.forEach(ref -> read(ref).ifPresent(existing::add));
        return existing;
    }

    private Optional<? extends HasMetadata> read(ObjectRef ref) {
        return cluster.get(typeOf(ref), ref.namespace(), ref.name());
    }

    private static Class<? extends HasMetadata> typeOf(ObjectRef ref) {
        return switch (ref.kind()) {
            case "Service" -> Service.class;
            case "HTTPRoute" -> HTTPRoute.class;
            default -> Deployment.class;
        };
    }

    /**
     * Sets weights, in one patch; where the route was written since it was read, reads it again. Does nothing where it does not
     * exist.
     *
     * @return whether anything was written
     */
    boolean weigh(Split split, List<Split.Weights> weights) {
        ObjectRef route = split.route();
        boolean[] written = {false};
        untilNoRace(() -> {
            Optional<HTTPRoute> read = cluster.get(HTTPRoute.class, route.namespace(), route.name());
            keeper.mine();
            read.ifPresent(found -> {
                Map<String, @Nullable Object> fields = split.fields(found, weights);
                if (!fields.isEmpty()) {
                    patch(route, found, Keeper.changes(fields));
                    written[0] = true;
                }
            });
        });
        return written[0];
    }

    static void untilNoRace(Runnable readAndWrite) {
        for (int i = 1; ; i++) {
            try {
                readAndWrite.run();
                return;
            } catch (ClusterException refused) {
                if (!Keeper.isRace(refused) || i >= TRIES) {
                    throw refused;
                }
            }
        }
    }

    /** Creates a Deployment. If another driver took over just then, takes it away again, unless that one has adopted it. */
    Deployment create(Deployment manifest) {
        keeper.mine();
        Deployment created;
        try {
            created = cluster.create(manifest, Keeper.OPTIONS);
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.ALREADY_EXISTS) {
                throw refused;
            }
            keeper.mine();
            return cluster.get(
                            Deployment.class,
                            manifest.getMetadata().getNamespace(),
                            manifest.getMetadata().getName())
                    .orElseThrow(() -> refused);
        }
        try {
            keeper.mine();
        } catch (LostException lost) {
            delete(created);
            throw lost;
        }
        return created;
    }

    /** Changes an object; empty where it does not exist. */
    Optional<HasMetadata> change(ObjectRef ref, Map<String, @Nullable Object> fields) {
        Optional<? extends HasMetadata> read = read(ref);
        keeper.mine();
        return read.map(object -> patch(ref, object, Keeper.changes(fields)));
    }

    private HasMetadata patch(ObjectRef ref, HasMetadata read, List<Map<String, Object>> changes) {
        List<Map<String, Object>> operations = new ArrayList<>();
        operations.add(Keeper.operation(
                "test", "/metadata/resourceVersion", read.getMetadata().getResourceVersion()));
        operations.addAll(changes);
        return cluster.patch(
                typeOf(ref), ref.namespace(), ref.name(), Patch.json(Models.toJson(operations)), Keeper.OPTIONS);
    }

    /** Deletes a Deployment, if it is as it was read; returns whether there was one. */
    boolean remove(ObjectRef ref) {
        Optional<? extends HasMetadata> read = read(ref);
        keeper.mine();
        read.ifPresent(this::delete);
        return read.isPresent();
    }

    private void delete(HasMetadata read) {
        try {
            cluster.delete(
                    read.getClass(),
                    read.getMetadata().getNamespace(),
                    read.getMetadata().getName(),
                    DeleteOptions.defaults()
                            .onlyUid(read.getMetadata().getUid())
                            .onlyResourceVersion(read.getMetadata().getResourceVersion()));
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.NOT_FOUND) {
                throw refused;
            }
        }
    }

    /** Voids what another driver has read of an object. */
    void claim(ObjectRef ref) {
        untilNoRace(() -> read(ref).ifPresent(found -> {
            List<Map<String, Object>> changes = new ArrayList<>();
            if (Annotations.of(found).isEmpty()) {
                changes.add(Keeper.operation("add", "/metadata/annotations", Map.of()));
            }
            changes.add(Keeper.operation("add", Annotations.pointer(Keeper.DRIVER), driver));
            patch(ref, found, changes);
        }));
    }

    /**
     * Takes the marks of a driver away.
     *
     * @param owners who owns the object's fields then, where that is to be changed
     */
    void release(ObjectRef ref, Function<HasMetadata, Optional<List<Map<String, Object>>>> owners) {
        untilNoRace(() -> read(ref).ifPresent(found -> {
            List<Map<String, Object>> changes = new ArrayList<>();
            for (String name : Annotations.of(found).keySet()) {
                if (Keeper.ALL.contains(name)) {
                    changes.add(Map.of("op", "remove", "path", Annotations.pointer(name)));
                }
            }
            changes.addAll(Keeper.ownership(owners.apply(found)));
            if (!changes.isEmpty()) {
                keeper.mine();
                patch(ref, found, changes);
            }
        }));
    }

    /**
     * The Deployment controller copies annotations to ReplicaSets and never takes them away there; an undo by kubectl would
     * bring the state of a rollout back that is long over. It may still copy what it has not seen go, so this looks again until
     * nothing is found.
     */
    static void sweepReplicaSets(Cluster cluster, List<Deployment> over) throws InterruptedException {
        for (int i = 0; i < SWEEPS; i++) {
            cluster.time().awaitUntil(cluster.time().now().plus(COPIES_FOLLOW), () -> false);
            boolean found = false;
            for (Deployment deployment : over) {
                found |= sweep(cluster, deployment);
            }
            if (!found) {
                return;
            }
        }
    }

    private static boolean sweep(Cluster cluster, Deployment keeping) {
        boolean found = false;
        for (ReplicaSet set : cluster.list(Query.of(ReplicaSet.class)
                .inNamespace(keeping.getMetadata().getNamespace())
                .withLabels(Observed.from(keeping).labelSelector()))) {
            List<Map<String, Object>> operations = new ArrayList<>();
            Annotations.of(set).keySet().stream()
                    .filter(Keeper.ALL::contains)
                    .forEach(name -> operations.add(Map.of("op", "remove", "path", Annotations.pointer(name))));
            boolean own =
                    Observed.metadata(set).isControlledBy(keeping.getMetadata().getUid());
            if (own && !operations.isEmpty()) {
                found = true;
                cluster.patch(
                        ReplicaSet.class,
                        set.getMetadata().getNamespace(),
                        set.getMetadata().getName(),
                        Patch.json(Models.toJson(operations)),
                        WriteOptions.defaults());
            }
        }
        return found;
    }
}
