// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pods of StatefulSets: their names and labels, and how they are created, mended and deleted. */
final class StatefulSetPods {
    static final String REVISION = "controller-revision-hash";
    private static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
    private static final String POD_INDEX = "apps.kubernetes.io/pod-index";
    private static final Pattern NAME = Pattern.compile("(.*)-([0-9]+)");

    private final ApiServer api;
    private final EventRecorder events;
    private final int minor;
    private final StatefulSetClaims claims;
    private final Consumer<Pod> onWrite;

    /** @param onWrite told of each pod that was written */
    StatefulSetPods(ApiServer api, EventRecorder events, int minor, StatefulSetClaims claims, Consumer<Pod> onWrite) {
        this.claims = claims;
        this.api = api;
        this.events = events;
        this.minor = minor;
        this.onWrite = onWrite;
    }

    /** The number in a pod's name; -1 where there is none. */
    static int ordinal(Pod pod) {
        Matcher name = NAME.matcher(pod.getMetadata().getName());
        if (!name.matches() || name.group(2).length() > 10) {
            return -1;
        }
        long ordinal = Long.parseLong(name.group(2));
        return ordinal > Integer.MAX_VALUE ? -1 : (int) ordinal;
    }

    static boolean isMember(StatefulSet set, Pod pod) {
        Matcher name = NAME.matcher(pod.getMetadata().getName());
        return name.matches() && name.group(1).equals(set.getMetadata().getName());
    }

    static String revision(Pod pod) {
        return Metadata.label(pod, REVISION);
    }

    /** A pod that is not stored yet has no uid. */
    static boolean isCreated(Pod pod) {
        return pod.getMetadata().getUid() != null;
    }

    /** A pod that is to be created, as a revision has it. */
    static Pod fresh(StatefulSet set, ControllerRevision revision, int ordinal) {
        PodTemplateSpec template = Revisions.template(revision);
        ObjectMeta given = Objects.requireNonNullElseGet(template.getMetadata(), ObjectMeta::new);
        String name = set.getMetadata().getName() + "-" + ordinal;
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(name);
        metadata.setGenerateName(set.getMetadata().getName() + "-");
        metadata.setNamespace(Metadata.namespace(set));
        metadata.setLabels(Frozen.with(
                identity(given.getLabels(), name, ordinal),
                REVISION,
                revision.getMetadata().getName()));
        metadata.setAnnotations(given.getAnnotations());
        metadata.setFinalizers(given.getFinalizers());
        metadata.setOwnerReferences(
                List.of(NewReplicaSet.ownedBy(set.getApiVersion(), set.getKind(), set.getMetadata())));
        PodSpec spec = Frozen.copy(template.getSpec(), PodSpec::new);
        spec.setHostname(name);
        String service = set.getSpec().getServiceName();
        StatefulSetClaims.addVolumes(set, spec, ordinal);
        spec.setSubdomain(service == null || service.isEmpty() ? null : service);
        Pod pod = new Pod();
        pod.setMetadata(metadata);
        pod.setSpec(spec);
        return pod;
    }

    private static Map<String, String> identity(
            @org.jspecify.annotations.Nullable Map<String, String> labels, String name, int ordinal) {
        return Frozen.with(Frozen.with(labels, POD_NAME, name), POD_INDEX, Integer.toString(ordinal));
    }

    /** Creates a pod, and its claims before it; returns how many writes that took. */
    int create(StatefulSet set, Pod pod) {
        int writes = withClaims(set, pod, "create");
        Pod created;
        try {
            created = api.create(ResourceType.PODS, pod);
            onWrite.accept(created);
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.ALREADY_EXISTS) {
                failed(set, pod, "create", refused);
            }
            throw refused;
        }
        writes += claims.own(set, created);
        successful(set, pod, "create");
        return writes + 1;
    }

    private int withClaims(StatefulSet set, Pod pod, String verb) {
        try {
            return claims.create(set, pod);
        } catch (ClusterException refused) {
            failed(set, pod, verb, refused);
            throw refused;
        }
    }

    /** Whether a pod cannot be created yet, because a claim of its name belongs to one that went before. */
    boolean hasStaleClaims(StatefulSet set, Pod pod) {
        return claims.areStale(set, pod);
    }

    /** Creates what claims a pod that does not run yet has lost; returns how many writes that took. */
    int mendClaims(StatefulSet set, Pod pod) {
        int writes = claims.create(set, pod);
        return writes + claims.own(set, pod);
    }

    /** Has the claims of a pod that is to go belong to whom the policy says; returns how many writes that took. */
    int ownClaims(StatefulSet set, Pod pod) {
        return claims.own(set, pod);
    }

    void delete(StatefulSet set, Pod pod) {
        try {
            api.delete(
                    ResourceType.PODS,
                    Metadata.namespace(pod),
                    pod.getMetadata().getName(),
                    DeleteOptions.defaults());
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.NOT_FOUND || minor < 35) {
                failed(set, pod, "delete", refused);
                throw refused;
            }
        }
        successful(set, pod, "delete");
    }

    /** Gives a pod its labels back, where somebody took them, and its claims their owners; returns whether that was a write. */
    boolean mend(StatefulSet set, Pod pod) {
        String name = pod.getMetadata().getName();
        boolean claimsChanged = claims.own(set, pod) > 0;
        if (name.equals(Metadata.label(pod, POD_NAME))) {
            if (claimsChanged) {
                successful(set, pod, "update");
            }
            return claimsChanged;
        }
        Pod changed = ResourceType.PODS.shallowCopy().apply(pod);
        changed.setMetadata(Metadata.copy(pod.getMetadata()));
        changed.getMetadata().setLabels(identity(pod.getMetadata().getLabels(), name, ordinal(pod)));
        try {
            onWrite.accept(api.update(ResourceType.PODS, changed));
        } catch (ClusterException refused) {
            failed(set, pod, "update", refused);
            throw refused;
        }
        successful(set, pod, "update");
        return true;
    }

    private void successful(StatefulSet set, Pod pod, String verb) {
        events.normal(set, "Successful" + title(verb), told(set, pod, verb) + " successful");
    }

    private void failed(StatefulSet set, Pod pod, String verb, ClusterException why) {
        events.warning(set, "Failed" + title(verb), told(set, pod, verb) + " failed error: " + why.getMessage());
    }

    /** Kubernetes 1.34 begins it with a small letter, 1.37 with a capital. */
    private String told(StatefulSet set, Pod pod, String verb) {
        return (minor < 35 ? verb : title(verb)) + " Pod " + pod.getMetadata().getName() + " in StatefulSet "
                + set.getMetadata().getName();
    }

    private static String title(String verb) {
        return Character.toUpperCase(verb.charAt(0)) + verb.substring(1);
    }
}
