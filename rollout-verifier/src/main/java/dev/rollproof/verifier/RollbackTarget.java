// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.PodTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A revision that was seen complete.
 *
 * @param revision its number then
 * @param replicaSet the name of its ReplicaSet; {@code ""} where only the template is known
 * @param template without {@code pod-template-hash}; a copy of its own
 * @param changeCause the annotation {@code kubernetes.io/change-cause} that explains it
 */
record RollbackTarget(long revision, String replicaSet, PodTemplateSpec template, Optional<String> changeCause) {
    static final String CHANGE_CAUSE = "kubernetes.io/change-cause";

    static RollbackTarget of(ReplicaSet set, long revision) {
        PodTemplateSpec template = Models.copy(set.getSpec().getTemplate());
        if (template.getMetadata() != null && template.getMetadata().getLabels() != null) {
            template.getMetadata().getLabels().remove(PodTemplate.HASH_LABEL);
        }
        Map<String, String> annotations = set.getMetadata().getAnnotations();
        return new RollbackTarget(
                revision,
                set.getMetadata().getName(),
                template,
                Optional.ofNullable(annotations == null ? null : annotations.get(CHANGE_CAUSE)));
    }

    /** The current revision of a Deployment, which was judged complete. */
    static RollbackTarget of(Deployment deployment) {
        ObservedDeployment d = Observed.from(deployment);
        return new RollbackTarget(
                d.revision().orElse(0),
                "",
                Models.copy(deployment.getSpec().getTemplate()),
                Optional.ofNullable(d.metadata().annotations().get(CHANGE_CAUSE)));
    }

    PodTemplate podTemplate() {
        return PodTemplate.from(template);
    }

    /** A Deployment with this template, and with what goes with it: the change cause, and kubectl's last-applied annotation. */
    Deployment putInto(Deployment current) {
        Deployment changed = Models.copy(current);
        changed.getSpec().setTemplate(Models.copy(template));
        Map<String, String> before = current.getMetadata().getAnnotations();
        Map<String, String> annotations = before == null ? new TreeMap<>() : new TreeMap<>(before);
        annotations.remove(CHANGE_CAUSE);
        changeCause.ifPresent(cause -> annotations.put(CHANGE_CAUSE, cause));
        annotations.computeIfPresent(
                LastApplied.ANNOTATION,
                (key, manifest) -> LastApplied.restated(
                        manifest, Models.toTree(current.getSpec().getTemplate()), Models.toTree(template)));
        changed.getMetadata().setAnnotations(annotations);
        return changed;
    }

    /** The last that was seen complete among those with another template than the current one. */
    static Optional<RollbackTarget> lastComplete(
            PodTemplate current, List<ReplicaSet> own, Optional<RollbackTarget> remembered) {
        Optional<RollbackTarget> marked = own.stream()
                .filter(set -> {
                    ObservedReplicaSet observed = Observed.from(set);
                    return CompleteMark.of(observed).isPresent()
                            && !observed.template().equals(current);
                })
                .max(Comparator.comparingLong(RollbackTarget::mark))
                .map(set -> of(set, mark(set)));
        Optional<RollbackTarget> known =
                remembered.filter(memory -> !memory.podTemplate().equals(current));
        if (known.isPresent()
                && (marked.isEmpty() || marked.get().revision() < known.get().revision())) {
            PodTemplate template = known.get().podTemplate();
            return Optional.of(own.stream()
                    .filter(set -> Observed.from(set).template().equals(template))
                    .findFirst()
                    .map(set -> of(set, known.get().revision()))
                    .orElse(known.get()));
        }
        return marked;
    }

    /** The current revision, under the number that it had when it was last seen complete; empty where it never was. */
    static Optional<RollbackTarget> seenComplete(PodTemplate current, List<ReplicaSet> own) {
        return own.stream()
                .filter(set -> Observed.from(set).template().equals(current) && mark(set) > 0)
                .max(Comparator.comparingLong(RollbackTarget::mark))
                .map(set -> of(set, mark(set)));
    }

    private static long mark(ReplicaSet set) {
        return CompleteMark.of(Observed.from(set)).orElse(0);
    }

    /** Its ReplicaSet, if it is (still, or again) there. */
    Optional<ObservedReplicaSet> replicaSetAmong(List<ReplicaSet> own) {
        PodTemplate wanted = podTemplate();
        return own.stream()
                .map(Observed::from)
                .filter(set -> set.template().equals(wanted))
                .min(Comparator.comparing((ObservedReplicaSet set) ->
                                set.metadata().creationTimestamp().orElse(java.time.Instant.MAX))
                        .thenComparing(set -> set.metadata().name()));
    }
}
