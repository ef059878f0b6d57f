// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.K3s;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real Kubernetes keeps the contract: so it is one. */
@Tag("k3s")
class KubernetesContractTest extends WholeContract {
    @RegisterExtension
    static final ClusterExtension KUBERNETES =
            ClusterExtension.builder().on(ClusterKind.K3S).build();

    @BeforeEach
    void loadImages(K3s k3s) {
        PageImages.loadInto(k3s);
    }
}
