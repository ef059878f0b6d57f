// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.verifier.Progress;
import java.util.function.Consumer;

/** Shows progress while it lasts: of one rollout, or of several at once. For one thread. */
public interface View extends Consumer<Progress> {
    /** A rollout is over, and something else is printed next: leaves the screen as it should stay. */
    void finish();
}
