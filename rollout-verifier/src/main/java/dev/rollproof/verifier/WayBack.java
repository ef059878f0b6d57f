// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Objects;

/**
 * Where a rollback leads, for somebody who goes there by himself.
 *
 * @param deployment the Deployment as it is stored, but for the template that was seen complete, without
 *     {@code pod-template-hash}, and what goes with it: the change cause, and what {@code kubectl apply} keeps of its last
 *     manifest. The same as it is stored where the current revision is the one
 * @param revision the number that the revision had when it was seen complete
 * @param replicaSet the name of its ReplicaSet; {@code ""} where it has none
 */
public record WayBack(Deployment deployment, long revision, String replicaSet) {
    public WayBack {
        Objects.requireNonNull(deployment, "deployment");
        Objects.requireNonNull(replicaSet, "replicaSet");
    }
}
