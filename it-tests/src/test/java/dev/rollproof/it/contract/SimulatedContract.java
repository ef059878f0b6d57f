// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import org.junit.jupiter.api.Nested;

/** The simulated cluster keeps the contract, in each minor version that it knows. */
abstract class SimulatedContract {
    /** Simulated clusters of a minor version, with the images that the contract uses. */
    static ClusterExtension simulated(String minor) {
        return ClusterExtension.builder()
                .on(ClusterKind.SIM)
                .simulated(cluster -> cluster.kubernetes(minor).images(PageImages.declared()))
                .build();
    }

    @Nested
    class Objects extends ObjectsContract {}

    @Nested
    class Validation extends ValidationContract {}

    @Nested
    class Patches extends PatchesContract {}

    @Nested
    class Routes extends RoutesContract {}

    @Nested
    class Namespaces extends NamespacesContract {}

    @Nested
    class Observations extends ObservationContract {}

    @Nested
    class Rollouts extends RolloutsContract {}

    @Nested
    class Pods extends PodsContract {}

    @Nested
    class Roles extends RolesContract {}

    @Nested
    class Budgets extends BudgetsContract {}

    @Nested
    class StatefulSets extends StatefulSetsContract {}

    @Nested
    class DaemonSets extends DaemonSetsContract {}
}
