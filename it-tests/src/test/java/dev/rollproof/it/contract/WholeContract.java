// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import org.junit.jupiter.api.Nested;

/** All parts of the contract, for whatever cluster a test class says. */
abstract class WholeContract {
    @Nested
    class Objects extends ObjectsContract {}

    @Nested
    class Validation extends ValidationContract {}

    @Nested
    class PodValidation extends PodValidationContract {}

    @Nested
    class StoredObjects extends StoredObjectsContract {}

    @Nested
    class Patches extends PatchesContract {}

    @Nested
    class Owners extends OwnersContract {}

    @Nested
    class OwnerTimes extends OwnerTimesContract {}

    @Nested
    class Routes extends RoutesContract {}

    @Nested
    class Namespaces extends NamespacesContract {}

    @Nested
    class ServiceFields extends ServiceFieldsContract {}

    @Nested
    class QuotaScopes extends QuotaScopesContract {}

    @Nested
    class Observations extends ObservationContract {}

    @Nested
    class Rollouts extends RolloutsContract {}

    @Nested
    class Pods extends PodsContract {}

    @Nested
    class PodDetails extends PodDetailsContract {}

    @Nested
    class Roles extends RolesContract {}

    @Nested
    class Budgets extends BudgetsContract {}

    @Nested
    class StatefulSets extends StatefulSetsContract {}

    @Nested
    class Volumes extends VolumesContract {}

    @Nested
    class StatefulSetClaims extends StatefulSetClaimsContract {}

    @Nested
    class DaemonSets extends DaemonSetsContract {}
}
