// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;

/** The simulated cluster keeps the contract, in each minor version that it knows. */
abstract class SimulatedContract extends WholeContract {
    /** Simulated clusters of a minor version, with the images that the contract uses. */
    static ClusterExtension simulated(String minor) {
        return ClusterExtension.builder()
                .on(ClusterKind.SIM)
                .simulated(cluster -> cluster.kubernetes(minor).images(PageImages.declared()))
                .build();
    }
}
