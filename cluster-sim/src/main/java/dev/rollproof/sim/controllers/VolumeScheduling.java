// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StorageAdmission;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler has to do with volumes: a pod waits for claims that are bound without it, goes where its volumes can be reached, and has
 * the others bound when its node is known. Source: pkg/scheduler/framework/plugins/volumebinding. Capacities of nodes are not looked at.
 */
final class VolumeScheduling {
    private static final String NOTHING_TO_BIND = "node(s) didn't find available persistent volumes to bind";
    private static final String OUT_OF_REACH = "node(s) didn't match PersistentVolume's node affinity";
    private static final String NO_VOLUME = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

    private final ApiServer api;

    /** How far the volumes of a pod are that has its node. */
    enum Progress {
        WAITING,
        BOUND,
        FAILED
    }

    /** What is to be bound when a pod has its node: claims to volumes that are there, and claims for which one is to be made. */
    private record Choice(Map<PersistentVolumeClaim, PersistentVolume> there, List<PersistentVolumeClaim> toMake) {}

    VolumeScheduling(ApiServer api) {
        this.api = api;
    }

    private @Nullable PersistentVolumeClaim claim(Pod pod, String name) {
        return api.find(ResourceType.PERSISTENT_VOLUME_CLAIMS, Metadata.namespace(pod), name);
    }

    private List<PersistentVolumeClaim> claims(Pod pod) {
        List<PersistentVolumeClaim> claims = new ArrayList<>();
        for (String name : Volumes.claimsOf(pod)) {
            PersistentVolumeClaim claim = claim(pod, name);
            if (claim != null) {
                claims.add(claim);
            }
        }
        return claims;
    }

    /** Why a pod can go nowhere; null where its claims are no reason. */
    @Nullable
    String refuses(Pod pod) {
        boolean unbound = false;
        for (String name : Volumes.claimsOf(pod)) {
            PersistentVolumeClaim claim = claim(pod, name);
            String quoted = "persistentvolumeclaim \"" + name + "\"";
            if (claim == null) {
                return quoted + " not found";
            }
            if (Volumes.phase(claim).equals("Lost")) {
                return quoted + " bound to non-existent persistentvolume \"" + Volumes.volumeOf(claim) + "\"";
            }
            if (Metadata.terminating(claim)) {
                return quoted + " is being deleted";
            }
            unbound |= !Volumes.isFullyBound(claim) && !waitsForPod(claim);
        }
        return unbound ? "pod has unbound immediate PersistentVolumeClaims" : null;
    }

    private @Nullable StorageClass classOf(PersistentVolumeClaim claim) {
        String name = StorageAdmission.classOf(claim);
        return name.isEmpty() ? null : api.find(ResourceType.STORAGE_CLASSES, "", name);
    }

    private boolean waitsForPod(PersistentVolumeClaim claim) {
        StorageClass storage = classOf(claim);
        return storage != null
                && "WaitForFirstConsumer".equals(storage.getVolumeBindingMode())
                && Volumes.volumeOf(claim).isEmpty();
    }

    /** Why a pod cannot go to a node because of its volumes; null where it can. */
    @Nullable
    String refuses(Pod pod, Node node) {
        List<PersistentVolumeClaim> claims = claims(pod);
        for (PersistentVolumeClaim claim : claims) {
            if (Volumes.isFullyBound(claim)) {
                PersistentVolume volume = api.find(ResourceType.PERSISTENT_VOLUMES, "", Volumes.volumeOf(claim));
                if (volume == null) {
                    return NO_VOLUME;
                }
                if (!Volumes.isReachedFrom(volume, node)) {
                    return OUT_OF_REACH;
                }
            }
        }
        return choose(claims, node) == null ? NOTHING_TO_BIND : null;
    }

    /** Null where a claim finds nothing there. */
    private @Nullable Choice choose(List<PersistentVolumeClaim> claims, Node node) {
        Choice choice = new Choice(new LinkedHashMap<>(), new ArrayList<>());
        Set<String> taken = new HashSet<>();
        List<PersistentVolumeClaim> open = claims.stream()
                .filter(claim -> !Volumes.isFullyBound(claim))
                .sorted(Comparator.comparing(Volumes::requested))
                .toList();
        for (PersistentVolumeClaim claim : open) {
            String selected = Metadata.annotation(claim, Volumes.SELECTED_NODE);
            if (selected != null && !selected.equals(node.getMetadata().getName())) {
                return null;
            }
            PersistentVolume there = selected != null
                    ? null
                    : Volumes.bestMatch(claim, api.all(ResourceType.PERSISTENT_VOLUMES, ""), node, taken, false);
            if (there != null) {
                taken.add(there.getMetadata().getName());
                choice.there.put(claim, there);
            } else if (isProvisioned(claim)) {
                choice.toMake.add(claim);
            } else {
                return null;
            }
        }
        return choice;
    }

    private boolean isProvisioned(PersistentVolumeClaim claim) {
        StorageClass storage = classOf(claim);
        return storage != null && !storage.getProvisioner().equals(Volumes.NO_PROVISIONER);
    }

    /** Says for a pod that goes to a node which volumes its claims get; returns how many writes that took. */
    int bind(Pod pod, Node node) {
        Choice choice = choose(claims(pod), node);
        if (choice == null) {
            return 0;
        }
        choice.there.forEach((claim, volume) -> {
            PersistentVolume ignored = api.update(ResourceType.PERSISTENT_VOLUMES, Volumes.bound(volume, claim));
        });
        choice.toMake.stream()
                .filter(claim -> !Volumes.has(claim, Volumes.SELECTED_NODE))
                .forEach(claim -> {
                    PersistentVolumeClaim ignored = api.update(
                            ResourceType.PERSISTENT_VOLUME_CLAIMS,
                            Volumes.annotated(
                                    ResourceType.PERSISTENT_VOLUME_CLAIMS,
                                    claim,
                                    List.of(Volumes.SELECTED_NODE),
                                    node.getMetadata().getName()));
                });
        return choice.there.size() + choice.toMake.size();
    }

    /** How far the binding is of the volumes of a pod that goes to a node. */
    Progress progress(Pod pod, Node node) {
        boolean all = true;
        for (String name : Volumes.claimsOf(pod)) {
            PersistentVolumeClaim claim = claim(pod, name);
            String selected = claim == null ? null : Metadata.annotation(claim, Volumes.SELECTED_NODE);
            if (claim == null
                    || selected != null && !selected.equals(node.getMetadata().getName())) {
                return Progress.FAILED;
            }
            all &= Volumes.isFullyBound(claim);
        }
        if (!all) {
            return Progress.WAITING;
        }
        return refuses(pod, node) == null ? Progress.BOUND : Progress.FAILED;
    }

    /** Whether all claims of a pod are bound. */
    boolean areBound(Pod pod) {
        return claims(pod).stream().allMatch(Volumes::isFullyBound);
    }
}
