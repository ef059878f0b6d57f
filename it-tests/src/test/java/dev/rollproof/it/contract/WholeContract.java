// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * All parts of the contract, for whatever cluster a test class says. Every build asks the simulated cluster all of it; of real ones, and over
 * HTTPS, what is tagged as a detail is asked by {@code -Pthorough} only, as in CI.
 */
abstract class WholeContract {
    @Nested
    class Objects extends ObjectsContract {}

    @Nested
    @Tag("detail")
    class Validation extends ValidationContract {}

    @Nested
    @Tag("detail")
    class PodValidation extends PodValidationContract {}

    @Nested
    @Tag("detail")
    class StoredObjects extends StoredObjectsContract {}

    @Nested
    class Patches extends PatchesContract {}

    @Nested
    @Tag("detail")
    class Owners extends OwnersContract {}

    @Nested
    @Tag("detail")
    class OwnerTimes extends OwnerTimesContract {}

    @Nested
    @Tag("detail")
    class Routes extends RoutesContract {}

    @Nested
    @Tag("detail")
    class Namespaces extends NamespacesContract {}

    @Nested
    @Tag("detail")
    class ServiceFields extends ServiceFieldsContract {}

    @Nested
    @Tag("detail")
    class QuotaScopes extends QuotaScopesContract {}

    @Nested
    class Observations extends ObservationContract {}

    @Nested
    class Rollouts extends RolloutsContract {}

    @Nested
    class Pods extends PodsContract {}

    @Nested
    @Tag("detail")
    class PodDetails extends PodDetailsContract {}

    @Nested
    @Tag("detail")
    class Scheduling extends SchedulingContract {}

    @Nested
    @Tag("detail")
    class Verdicts extends VerdictsContract {}

    @Nested
    @Tag("detail")
    class Roles extends RolesContract {}

    @Nested
    @Tag("detail")
    class Budgets extends BudgetsContract {}

    @Nested
    @Tag("detail")
    class StatefulSets extends StatefulSetsContract {}

    @Nested
    @Tag("detail")
    class Volumes extends VolumesContract {}

    @Nested
    @Tag("detail")
    class StatefulSetClaims extends StatefulSetClaimsContract {}

    @Nested
    @Tag("detail")
    class DaemonSets extends DaemonSetsContract {}
}
