// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.manifest.Manifest;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A manifest of something that rolls out, or what is stored of it. */
record Workload(HasMetadata model, LabelSelector selector, Map<String, String> podLabels) {
    /** The kinds, in Kubernetes' words. */
    static final List<String> KINDS = List.of("Deployment", "StatefulSet", "DaemonSet");

    static Optional<Workload> of(HasMetadata model) {
        if (model instanceof Deployment deployment && deployment.getSpec() != null) {
            return Optional.of(of(
                    model,
                    deployment.getSpec().getSelector(),
                    deployment.getSpec().getTemplate()));
        }
        if (model instanceof StatefulSet set && set.getSpec() != null) {
            return Optional.of(
                    of(model, set.getSpec().getSelector(), set.getSpec().getTemplate()));
        }
        if (model instanceof DaemonSet set && set.getSpec() != null) {
            return Optional.of(
                    of(model, set.getSpec().getSelector(), set.getSpec().getTemplate()));
        }
        return Optional.empty();
    }

    private static Workload of(HasMetadata model, LabelSelector selector, @Nullable PodTemplateSpec template) {
        ObjectMeta metadata = template == null ? null : template.getMetadata();
        return new Workload(
                model, selector, metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels());
    }

    /** Whether a manifest is one; it may be wrong, which the server says better. */
    static boolean is(Manifest manifest) {
        HasMetadata model = manifest.object();
        return model instanceof Deployment || model instanceof StatefulSet || model instanceof DaemonSet;
    }

    /** As kubectl names it, such as {@code statefulset/web}. */
    static String name(ObjectRef workload) {
        return workload.kind().toLowerCase(Locale.ROOT) + "/" + workload.name();
    }
}
