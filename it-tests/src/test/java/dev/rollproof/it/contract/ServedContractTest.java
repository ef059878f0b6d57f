// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract through the second door: over HTTPS, five times as fast as real time, and by the adapter that real clusters are reached by. */
@Tag("served")
class ServedContractTest extends WholeContract {
    @RegisterExtension
    static final ClusterExtension SERVED = ClusterExtension.builder()
            .on(ClusterKind.SERVED)
            .speed(5)
            .simulated(cluster -> cluster.kubernetes("1.37").images(PageImages.declared()))
            .build();
}
