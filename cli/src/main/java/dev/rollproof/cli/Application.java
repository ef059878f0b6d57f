// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.ManifestException;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.verifier.RolloutActions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The manifests of one call: validated all together, then applied one after the other. */
final class Application {
    private final Cluster cluster;
    private final List<Manifest> manifests = new ArrayList<>();
    private final boolean allowOverlaps;

    /**
     * @param home the namespace for objects that name none
     * @param demanded the namespace that was asked for; objects that name another are refused
     */
    Application(Cluster cluster, List<Manifest> given, String home, Optional<String> demanded, boolean allowOverlaps) {
        this.cluster = cluster;
        this.allowOverlaps = allowOverlaps;
        for (Manifest manifest : given) {
            ObjectMeta metadata = manifest.object().getMetadata();
            if (manifest.object() instanceof Namespaced) {
                if (metadata.getNamespace() == null) {
                    metadata.setNamespace(home);
                } else if (demanded.isPresent() && !demanded.get().equals(metadata.getNamespace())) {
                    throw new ManifestException(manifest.whereIs("metadata.namespace") + ": " + manifest.name()
                            + " is for namespace " + metadata.getNamespace() + ", but --namespace says "
                            + demanded.get()
                            + "; change one of them");
                }
            }
            refuseTwice(manifest);
            manifests.add(manifest);
        }
        for (Manifest manifest : manifests) {
            String kind = manifest.object().getKind();
            if (Workload.KINDS.contains(kind) && !Workload.is(manifest)) {
                throw new ManifestException(manifest.whereIs("apiVersion") + ": Kubernetes serves no " + kind + " of "
                        + manifest.object().getApiVersion() + " any more; write apiVersion: apps/v1");
            }
        }
        if (workloads().isEmpty()) {
            throw new ManifestException(given.get(0).file()
                    + ": there is no Deployment, StatefulSet or DaemonSet in the manifests, so there is no rollout to verify;"
                    + " add one, or use kubectl apply");
        }
    }

    /** The second would silently replace the first. */
    private void refuseTwice(Manifest manifest) {
        HasMetadata object = manifest.object();
        for (Manifest earlier : manifests) {
            if (object.getMetadata().getName() != null
                    && earlier.name().equals(manifest.name())
                    && earlier.object().getApiVersion().equals(object.getApiVersion())
                    && Objects.equals(
                            earlier.object().getMetadata().getNamespace(),
                            object.getMetadata().getNamespace())) {
                throw new ManifestException(manifest.whereIs("metadata.name") + ": " + manifest.name()
                        + " is there twice, first in " + earlier.whereIs("metadata.name")
                        + "; keep one of them, or rename one");
            }
        }
    }

    private List<Manifest> workloadManifests() {
        return manifests.stream().filter(Workload::is).toList();
    }

    /** All workloads as they are to be, in the order of the manifests. */
    List<HasMetadata> wanted() {
        return workloadManifests().stream().map(Manifest::object).toList();
    }

    /** All workloads, in the order of the manifests. */
    List<ObjectRef> workloads() {
        return wanted().stream().map(object -> Observed.metadata(object).ref()).toList();
    }

    /** Has the server check every document; nothing is changed. */
    void validate() {
        Set<String> coming = new LinkedHashSet<>();
        for (Manifest manifest : manifests) {
            if (manifest.object() instanceof Namespace) {
                coming.add(manifest.object().getMetadata().getName());
            }
        }
        for (Manifest manifest : manifests) {
            validate(manifest, coming);
        }
        if (!allowOverlaps) {
            refuseOverlaps();
        }
    }

    private void validate(Manifest manifest, Set<String> coming) {
        String namespace = manifest.object().getMetadata().getNamespace();
        HasMetadata object = manifest.object();
        if (namespace != null
                && coming.contains(namespace)
                && cluster.get(Namespace.class, "", namespace).isEmpty()) {
            // Its namespace comes with the same files: checked as if it were for one that is there.
            object = Models.copy(object);
            object.getMetadata().setNamespace("default");
        }
        try {
            apply(object, WriteOptions.defaults().withDryRun());
        } catch (ClusterException refused) {
            throw explained(manifest, refused);
        }
    }

    private HasMetadata apply(HasMetadata object, WriteOptions options) {
        return object instanceof Deployment deployment
                ? RolloutActions.on(cluster).with(options).apply(deployment)
                : cluster.apply(object, options);
    }

    private static RuntimeException explained(Manifest manifest, ClusterException refused) {
        if (refused.reason().isTransient()) {
            return refused;
        }
        String hint = "";
        if (refused.reason() == Reason.FORBIDDEN) {
            hint = "; ask for the right, or use another context";
        } else if (refused.reason() == Reason.NOT_FOUND
                && String.valueOf(refused.getMessage()).startsWith("namespaces ")) {
            hint = "; create it, or put it among the manifests";
        }
        return new ManifestException(manifest.explain(refused) + hint);
    }

    /** Two workloads of a kind that select each other's pods: their controllers tell them apart, but Services and people do not. */
    private void refuseOverlaps() {
        for (Manifest manifest : workloadManifests()) {
            Workload.of(manifest.object()).ifPresent(mine -> refuseOverlaps(manifest, mine));
        }
    }

    private void refuseOverlaps(Manifest manifest, Workload mine) {
        ObjectMeta metadata = mine.model().getMetadata();
        List<HasMetadata> others = new ArrayList<>();
        for (HasMetadata other : wanted()) {
            if (other.getClass() == mine.model().getClass()
                    && Objects.equals(other.getMetadata().getNamespace(), metadata.getNamespace())) {
                others.add(other);
            }
        }
        try {
            others.addAll(cluster.list(Query.of(mine.model().getClass()).inNamespace(metadata.getNamespace())));
        } catch (ClusterException hidden) {
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
        }
        for (HasMetadata other : others) {
            if (!other.getMetadata().getName().equals(metadata.getName())
                    && Workload.of(other)
                            .filter(theirs -> Selectors.matchesByLabelsAlone(mine.selector(), theirs.podLabels()))
                            .isPresent()) {
                throw new ManifestException(manifest.whereIs("spec.selector") + ": spec.selector of "
                        + manifest.name() + " also matches the pods of " + other.getKind() + "/"
                        + other.getMetadata().getName()
                        + "; give both a label of their own, or say --allow-overlapping-selectors");
            }
        }
    }

    /** Applies all documents in their order; returns the workloads as the server has them then. */
    List<HasMetadata> apply() {
        List<HasMetadata> applied = new ArrayList<>();
        for (Manifest manifest : manifests) {
            try {
                HasMetadata stored = apply(manifest.object(), WriteOptions.defaults());
                if (Workload.is(manifest)) {
                    applied.add(stored);
                }
            } catch (ClusterException refused) {
                throw explained(manifest, refused);
            }
        }
        return applied;
    }
}
