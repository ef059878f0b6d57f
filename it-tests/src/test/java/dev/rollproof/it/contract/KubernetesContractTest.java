// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.it.RealKubernetes;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real Kubernetes keeps the contract: so it is one. */
@ExtendWith(RealKubernetes.class)
class KubernetesContractTest {
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
