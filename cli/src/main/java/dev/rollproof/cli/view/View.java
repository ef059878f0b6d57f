// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.verifier.Progress;
import java.util.function.Consumer;

/** Shows progress while it lasts. For one thread. */
public interface View extends Consumer<Progress> {
    /** The rollout is over: leaves the screen as it should stay. */
    void finish();
}
