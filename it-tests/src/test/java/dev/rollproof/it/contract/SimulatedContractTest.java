// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract as of today. */
class SimulatedContractTest extends SimulatedContract {
    @RegisterExtension
    static final Simulated CLUSTER = new Simulated("1.37");
}
