// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The claims of StatefulSets: one for each pod and template, which outlives its pod, and belongs to the pod or the set where the set's policy
 * says that it goes with them. Source: pkg/controller/statefulset/stateful_set_utils.go and stateful_pod_control.go.
 */
final class StatefulSetClaims {
    private final ApiServer api;
    private final EventRecorder events;
    private final int minor;
    private final Informer<PersistentVolumeClaim> claims;
    private final BiConsumer<StatefulSet, PersistentVolumeClaim> onWrite;

    /** @param onWrite told of each claim that was written, and for which set */
    StatefulSetClaims(
            ApiServer api,
            EventRecorder events,
            int minor,
            Informer<PersistentVolumeClaim> claims,
            BiConsumer<StatefulSet, PersistentVolumeClaim> onWrite) {
        this.api = api;
        this.events = events;
        this.minor = minor;
        this.claims = claims;
        this.onWrite = onWrite;
    }

    static List<PersistentVolumeClaim> templates(StatefulSet set) {
        return Objects.requireNonNullElse(set.getSpec().getVolumeClaimTemplates(), List.of());
    }

    private static String name(StatefulSet set, PersistentVolumeClaim template, int ordinal) {
        return template.getMetadata().getName() + "-" + set.getMetadata().getName() + "-" + ordinal;
    }

    /** The volumes of a pod: of its claims, and those of its template that have no claim's name. */
    static void addVolumes(StatefulSet set, PodSpec spec, int ordinal) {
        if (templates(set).isEmpty()) {
            return;
        }
        Map<String, Volume> volumes = new LinkedHashMap<>();
        for (PersistentVolumeClaim template : templates(set)) {
            String volume = template.getMetadata().getName();
            volumes.put(
                    volume,
                    new VolumeBuilder()
                            .withName(volume)
                            .withNewPersistentVolumeClaim(name(set, template, ordinal), null)
                            .build());
        }
        for (Volume own : Objects.requireNonNullElse(spec.getVolumes(), List.<Volume>of())) {
            volumes.putIfAbsent(own.getName(), own);
        }
        spec.setVolumes(new ArrayList<>(volumes.values()));
    }

    private static PersistentVolumeClaim fresh(StatefulSet set, PersistentVolumeClaim template, int ordinal) {
        ObjectMeta given = template.getMetadata();
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(name(set, template, ordinal));
        metadata.setNamespace(Metadata.namespace(set));
        Map<String, String> labels = new LinkedHashMap<>(Objects.requireNonNullElse(given.getLabels(), Map.of()));
        labels.putAll(Objects.requireNonNullElse(set.getSpec().getSelector().getMatchLabels(), Map.of()));
        metadata.setLabels(labels);
        metadata.setAnnotations(given.getAnnotations());
        metadata.setFinalizers(given.getFinalizers());
        PersistentVolumeClaim claim = new PersistentVolumeClaim();
        claim.setMetadata(metadata);
        claim.setSpec(Frozen.copy(template.getSpec(), PersistentVolumeClaimSpec::new));
        return claim;
    }

    /**
     * Creates the claims of a pod that are not there.
     *
     * @return how many
     * @throws ClusterException if one cannot be had now, because it is refused, or on its way out
     */
    int create(StatefulSet set, Pod pod) {
        int ordinal = StatefulSetPods.ordinal(pod);
        int writes = 0;
        List<String> failures = new ArrayList<>();
        for (PersistentVolumeClaim template : templates(set)) {
            PersistentVolumeClaim claim = fresh(set, template, ordinal);
            String name = claim.getMetadata().getName();
            PersistentVolumeClaim known = claims.find(Metadata.namespace(set), name);
            if (known == null) {
                ClusterException refused = create(set, pod, claim);
                writes += refused == null ? 1 : 0;
                if (refused != null) {
                    failures.add("failed to create PVC " + name + ": " + refused.getMessage());
                }
            } else if (Metadata.terminating(known)) {
                failures.add("pvc " + name + " is being deleted");
            }
        }
        if (!failures.isEmpty()) {
            String text = String.join(", ", failures);
            throw new ClusterException(Reason.UNKNOWN, failures.size() > 1 ? "[" + text + "]" : text);
        }
        return writes;
    }

    private @Nullable ClusterException create(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        String what = (minor < 35 ? "create" : "Create") + " Claim "
                + claim.getMetadata().getName();
        String of = "Pod " + pod.getMetadata().getName() + " in StatefulSet "
                + set.getMetadata().getName();
        try {
            onWrite.accept(set, api.create(ResourceType.PERSISTENT_VOLUME_CLAIMS, claim));
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.ALREADY_EXISTS) {
                events.warning(set, "FailedCreate", what + " for " + of + " failed error: " + refused.getMessage());
            }
            return refused;
        }
        events.normal(set, "SuccessfulCreate", what + " " + of + " success");
        return null;
    }

    /** The claims of a pod as the cache has them. */
    private List<PersistentVolumeClaim> known(StatefulSet set, Pod pod) {
        int ordinal = StatefulSetPods.ordinal(pod);
        List<PersistentVolumeClaim> known = new ArrayList<>();
        for (PersistentVolumeClaim template : templates(set)) {
            PersistentVolumeClaim claim = claims.find(Metadata.namespace(set), name(set, template, ordinal));
            if (claim != null) {
                known.add(claim);
            }
        }
        return known;
    }

    private static boolean deletes(StatefulSet set, boolean whenScaled) {
        var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        return policy != null && "Delete".equals(whenScaled ? policy.getWhenScaled() : policy.getWhenDeleted());
    }

    /** Whether a claim still belongs to a pod that went before, and a new one has to wait until it is gone. */
    boolean areStale(StatefulSet set, Pod pod) {
        return deletes(set, true) && known(set, pod).stream().anyMatch(claim -> isOfAnother(claim, pod, "Pod"));
    }

    private static boolean isOfAnother(PersistentVolumeClaim claim, HasMetadata owner, String kind) {
        return owners(claim).stream()
                .anyMatch(reference -> isTo(reference, owner, kind)
                        && !reference.getUid().equals(owner.getMetadata().getUid()));
    }

    private static boolean isTo(OwnerReference reference, HasMetadata owner, String kind) {
        return kind.equals(reference.getKind()) && owner.getMetadata().getName().equals(reference.getName());
    }

    private static List<OwnerReference> owners(PersistentVolumeClaim claim) {
        return Objects.requireNonNullElse(claim.getMetadata().getOwnerReferences(), List.of());
    }

    /** Has the claims of a pod belong to whom the policy says; returns how many had to change. */
    int own(StatefulSet set, Pod pod) {
        int writes = 0;
        for (PersistentVolumeClaim claim : known(set, pod)) {
            boolean others = isOfAnother(claim, set, "StatefulSet") || isOfAnother(claim, pod, "Pod");
            List<OwnerReference> wanted = others ? owners(claim) : wanted(set, pod, claim);
            if (!wanted.equals(owners(claim))) {
                PersistentVolumeClaim changed =
                        Volumes.annotated(ResourceType.PERSISTENT_VOLUME_CLAIMS, claim, List.of(), "");
                changed.getMetadata().setOwnerReferences(wanted);
                onWrite.accept(set, api.update(ResourceType.PERSISTENT_VOLUME_CLAIMS, changed));
                writes++;
            }
        }
        return writes;
    }

    private List<OwnerReference> wanted(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        boolean whenDeleted = deletes(set, false);
        boolean whenScaled = deletes(set, true);
        List<OwnerReference> wanted = new ArrayList<>(owners(claim));
        wanted.removeIf(reference -> isTo(reference, set, "StatefulSet") || isTo(reference, pod, "Pod"));
        boolean managed = wanted.stream().anyMatch(reference -> Boolean.TRUE.equals(reference.getController()));
        if (managed && (whenDeleted || whenScaled)) {
            events.warning(
                    set,
                    "ConflictingController",
                    "PersistentVolumeClaim " + claim.getMetadata().getName()
                            + " has a conflicting OwnerReference that acts as a manging controller, the retention policy"
                            + " is ignored for this claim");
            return wanted;
        }
        int ordinal = StatefulSetPods.ordinal(pod);
        int start = StatefulSetSync.start(set);
        boolean scaledDown = ordinal < start || ordinal >= start + StatefulSetSync.replicas(set);
        if (whenScaled && scaledDown) {
            wanted.add(NewReplicaSet.ownedBy("v1", "Pod", pod.getMetadata()));
        } else if (whenDeleted) {
            wanted.add(NewReplicaSet.ownedBy(set.getApiVersion(), set.getKind(), set.getMetadata()));
        }
        return wanted;
    }
}
