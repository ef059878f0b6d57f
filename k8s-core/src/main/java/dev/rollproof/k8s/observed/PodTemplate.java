// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The template of a workload's pods. Two are equal when every field is, except the label {@value #HASH_LABEL}: that is how
 * the Deployment controller finds the ReplicaSet of a template. Immutable as long as nobody changes the model that it was
 * made from.
 */
public final class PodTemplate {
    /** The label that the Deployment controller adds to a ReplicaSet, its selector and its pods. */
    public static final String HASH_LABEL = "pod-template-hash";

    private final Map<String, String> labels;
    private final Map<String, String> annotations;
    private final @Nullable PodSpec spec;

    /** Another model that was found equal to the spec. Most are compared with the same one many times. */
    private @Nullable PodSpec sameSpec;

    private PodTemplate(Map<String, String> labels, Map<String, String> annotations, @Nullable PodSpec spec) {
        this.labels = labels;
        this.annotations = annotations;
        this.spec = spec;
    }

    /** Adopts a model, which must not be changed after that. */
    public static PodTemplate from(@Nullable PodTemplateSpec template) {
        ObjectMeta metadata = template == null ? null : template.getMetadata();
        Map<String, String> labels = metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
        if (labels.containsKey(HASH_LABEL)) {
            labels = new HashMap<>(labels);
            labels.remove(HASH_LABEL);
        }
        Map<String, String> annotations =
                metadata == null || metadata.getAnnotations() == null ? Map.of() : metadata.getAnnotations();
        return new PodTemplate(
                Map.copyOf(labels), Map.copyOf(annotations), template == null ? null : template.getSpec());
    }

    /** Without {@value #HASH_LABEL}. */
    public Map<String, String> labels() {
        return labels;
    }

    public Map<String, String> annotations() {
        return annotations;
    }

    /** The names of its containers, without init containers, in their order. */
    public List<String> containerNames() {
        return containers().stream().map(Container::getName).toList();
    }

    /** The images of its containers, without init containers, in their order. */
    public List<String> images() {
        return containers().stream()
                .map(container -> Objects.requireNonNullElse(container.getImage(), ""))
                .toList();
    }

    /** The command and arguments of a container; empty where the image's own are used. */
    public Optional<List<String>> command(String containerName) {
        for (Container container : containers()) {
            if (containerName.equals(container.getName())) {
                List<String> command = Observed.command(container);
                return command.isEmpty() ? Optional.empty() : Optional.of(command);
            }
        }
        return Optional.empty();
    }

    private List<Container> containers() {
        return spec == null || spec.getContainers() == null ? List.of() : spec.getContainers();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PodTemplate that
                && labels.equals(that.labels)
                && annotations.equals(that.annotations)
                && hasSameSpec(that);
    }

    private boolean hasSameSpec(PodTemplate that) {
        if (spec == that.spec
                || (spec != null && spec == that.sameSpec)
                || (that.spec != null && that.spec == sameSpec)) {
            return true;
        }
        if (!Objects.equals(spec, that.spec)) {
            return false;
        }
        sameSpec = that.spec;
        that.sameSpec = spec;
        return true;
    }

    @Override
    public int hashCode() {
        return Objects.hash(labels, annotations);
    }

    @Override
    public String toString() {
        return "template of " + String.join(", ", images());
    }
}
