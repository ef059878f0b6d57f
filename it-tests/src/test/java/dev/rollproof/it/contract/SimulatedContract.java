// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import org.junit.jupiter.api.Nested;

/** The simulated cluster keeps the contract, in each minor version that it knows. */
abstract class SimulatedContract {
    @Nested
    class Objects extends ObjectsContract {}

    @Nested
    class Validation extends ValidationContract {}

    @Nested
    class Patches extends PatchesContract {}

    @Nested
    class Namespaces extends NamespacesContract {}

    @Nested
    class Observations extends ObservationContract {}

    @Nested
    class Rollouts extends RolloutsContract {}

    @Nested
    class Pods extends PodsContract {}
}
