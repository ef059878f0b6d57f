// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.harness.ClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract as of an older minor version. */
@Tag("thorough")
class SimulatedOlderContractTest extends SimulatedContract {
    @RegisterExtension
    static final ClusterExtension SIMULATED = simulated("1.34");
}
