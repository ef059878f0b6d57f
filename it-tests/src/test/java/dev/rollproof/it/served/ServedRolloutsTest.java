// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.served;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.strategies.RolloutTest;
import dev.rollproof.verifier.RollbackTest;
import dev.rollproof.verifier.RolloutActionsTest;
import dev.rollproof.verifier.RolloutVerifierTest;
import dev.rollproof.verifier.RolloutWatchTest;
import dev.rollproof.verifier.promises.PromiseWatchTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the verifier's and the strategies' own tests say of rollouts holds over HTTPS, too: through fabric8's client, its informers and
 * the second door, while time passes by itself.
 */
@Tag("served")
class ServedRolloutsTest {
    @RegisterExtension
    static final ClusterExtension SERVED =
            ClusterExtension.builder().on(ClusterKind.SERVED).build();

    @Nested
    class Verifying extends RolloutVerifierTest {}

    @Nested
    class Watching extends RolloutWatchTest {}

    @Nested
    class KeepingPromises extends PromiseWatchTest {}

    @Nested
    class Acting extends RolloutActionsTest {}

    @Nested
    class RollingBack extends RollbackTest {}

    @Nested
    class RollingOut extends RolloutTest {}
}
