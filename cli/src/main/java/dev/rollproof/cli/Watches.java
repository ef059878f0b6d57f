// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.RolloutWatch;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Deployments of a command, observed from before the first of them is changed, so that the verdicts know what became of
 * promises. All are open at once until their turn comes; those beyond a number are verified without promises.
 */
final class Watches implements AutoCloseable {
    /** Four watches each: more would fill an API server's connection (100 streams). */
    private static final int MOST = 16;

    private final RolloutVerifier verifier;
    private final VerifierOptions options;
    private final Map<ObjectRef, RolloutWatch> open = new HashMap<>();

    /** Observes nothing yet. */
    Watches(RolloutVerifier verifier, VerifierOptions options) {
        this.verifier = verifier.with(options);
        this.options = options;
    }

    /** Begins to observe what is about to be changed. */
    void open(List<Deployment> wanted) throws InterruptedException {
        for (Deployment deployment : wanted.subList(0, Math.min(MOST, wanted.size()))) {
            open.put(Observed.from(deployment).ref(), verifier.watch(deployment));
        }
    }

    Verdict verify(Deployment applied, Duration timeout) throws InterruptedException {
        try (RolloutWatch watch = open.remove(Observed.from(applied).ref())) {
            return watch == null
                    ? verifier.with(options.withTimeout(timeout)).verify(applied)
                    : watch.verify(applied, timeout);
        }
    }

    @Override
    public void close() {
        open.values().forEach(RolloutWatch::close);
    }
}
