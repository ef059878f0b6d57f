// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What is worth a person's attention while a rollout runs. */
final class Troubles {
    /** Every pod is unready at first; one that still is after this long may have a reason. */
    private static final Duration USUAL_START = Duration.ofSeconds(10);

    private static final Set<String> USUAL =
            Set.of("ContainersNotReady", "ContainersNotInitialized", "ReadinessGatesNotReady");

    private Troubles() {}

    static List<Cause> of(Progress progress) {
        boolean early = progress.elapsed().compareTo(USUAL_START) < 0;
        return progress.status().causesOrNone().stream()
                .filter(cause -> !(early && USUAL.contains(cause.reason())))
                .toList();
    }
}
