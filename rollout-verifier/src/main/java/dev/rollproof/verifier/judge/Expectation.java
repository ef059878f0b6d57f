// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.k8s.observed.PodTemplate;
import java.util.Objects;

/**
 * Which rollout is waited for: the one of this template, from this generation on. Take it from the object that the write
 * returned, so that somebody else's change in the next moment is seen for what it is.
 *
 * @param uid the uid of the workload, so that another one of the same name is not taken for it
 * @param generation the first generation that counts; later ones of the same template, such as a scale, are followed
 * @param labelSelector the workload's selector: its pods, and ReplicaSets, have these labels, or are not its own
 * @param template what the pods must be
 */
public record Expectation(ObjectRef workload, String uid, long generation, String labelSelector, PodTemplate template) {
    public Expectation {
        Objects.requireNonNull(workload, "workload");
        Objects.requireNonNull(uid, "uid");
        Objects.requireNonNull(labelSelector, "labelSelector");
        Objects.requireNonNull(template, "template");
    }

    /** What it says now is to be rolled out. */
    public static Expectation of(ObservedWorkload workload) {
        return new Expectation(
                workload.ref(),
                workload.metadata().uid(),
                workload.metadata().generation(),
                workload.labelSelector(),
                workload.template());
    }
}
