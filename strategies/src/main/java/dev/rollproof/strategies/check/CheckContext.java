// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.check;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import java.time.Instant;
import java.util.Objects;

/**
 * What a check may look at.
 *
 * @param oldVersion the Deployment that runs the old version
 * @param newVersion the Deployment that runs the new one; the same where both versions are held within one
 * @param since when the step of the check began, on the cluster's clock
 */
public record CheckContext(Cluster cluster, ObjectRef oldVersion, ObjectRef newVersion, Instant since) {
    public CheckContext {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(oldVersion, "oldVersion");
        Objects.requireNonNull(newVersion, "newVersion");
        Objects.requireNonNull(since, "since");
    }
}
