// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import dev.rollproof.k8s.time.Time;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A Kubernetes cluster as Rollproof sees it: real, through fabric8's client, or simulated in the JVM. Both keep the API
 * server's rules, and both pass one contract.
 *
 * <p>Every object that is handed out is the caller's own copy; nothing that the caller does to it, or to a manifest that
 * it passed in, changes the cluster. A {@code namespace} is {@code ""} for a resource without one, such as a Namespace or
 * a Node. A manifest of a namespaced kind that names no namespace is for {@link #defaultNamespace()}. All methods are safe to call from several threads. What the server refuses, and a server that cannot be
 * reached, is a {@link ClusterException}.
 */
public interface Cluster extends AutoCloseable {
    /** The clock that this cluster lives by: the system's for a real one, virtual time for a simulated one. */
    Time time();

    /** What this cluster is, for people: a server's address, or what is simulated. One line, no secrets. */
    String description();

    /** The namespace of manifests that name none, as kubectl takes it: the one of the kubeconfig's context, else {@code default}. */
    default String defaultNamespace() {
        return "default";
    }

    /** Reads one object, as it is stored now; empty where there is none. */
    <T extends HasMetadata> Optional<T> get(Class<T> type, String namespace, String name);

    /** Reads all objects that a query selects, ordered by namespace and name. */
    <T extends HasMetadata> List<T> list(Query<T> query);

    /** Creates an object (POST) and returns it as stored, with defaults. Fails with {@code AlreadyExists} where it exists. */
    <T extends HasMetadata> T create(T manifest, WriteOptions options);

    /**
     * Replaces an object (PUT), leaving its status as it is. With a {@code resourceVersion} in the manifest it fails with
     * {@code Conflict} unless that is the stored one; without one the last write wins.
     */
    <T extends HasMetadata> T replace(T manifest, WriteOptions options);

    /** Replaces the status of an object (PUT on its {@code status} subresource), and nothing else. */
    <T extends HasMetadata> T replaceStatus(T manifest, WriteOptions options);

    /**
     * Server-side apply: makes the fields in the manifest what it says, removes those that this field manager applied
     * before and leaves out now, and keeps everybody else's. Creates the object where there is none.
     */
    <T extends HasMetadata> T apply(T manifest, WriteOptions options);

    /** Patches an object and returns it as stored; fails with {@code NotFound} where there is none. */
    <T extends HasMetadata> T patch(Class<T> type, String namespace, String name, Patch patch, WriteOptions options);

    /** Sets the number of replicas through the {@code scale} subresource. */
    <T extends HasMetadata> void scale(
            Class<T> type, String namespace, String name, int replicas, WriteOptions options);

    /** Deletes an object; it may live on until its grace period has passed and its finalizers are gone. */
    <T extends HasMetadata> void delete(Class<T> type, String namespace, String name, DeleteOptions options);

    /**
     * Follows all objects that a query selects: first those that exist, as {@link Change.Type#ADDED}, then every change
     * that the server tells of, in its order. Changes of two observations are not ordered against each other. The
     * observation survives dropped connections, expired versions (410) and restarts of the server: it lists again and
     * tells the difference, so states in between may be skipped. Whether it hears anything now, {@link Observation} says.
     *
     * @param onChange called one change at a time, never concurrently for one observation; it must not block
     */
    <T extends HasMetadata> Observation observe(Query<T> query, Consumer<Change> onChange);

    /** Ends all observations and releases what this object holds; a simulated cluster is gone then. */
    @Override
    void close();
}
