// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.observed.PodTemplate;
import java.time.Instant;
import java.util.Optional;

/**
 * One revision of a Deployment. Numbers are no identities: going back to a template gives its ReplicaSet a new one.
 *
 * @param number what the controller numbered it
 * @param changeCause the annotation {@code kubernetes.io/change-cause}; {@code ""} where nobody wrote one
 * @param replicaSet the name of the ReplicaSet that keeps the template
 * @param current whether it is the Deployment's template now
 */
public record Revision(
        long number,
        String changeCause,
        String replicaSet,
        PodTemplate template,
        Optional<Instant> createdAt,
        boolean current) {}
