// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.promises.PromiseReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a verdict rests on.
 *
 * @param workload what was rolled out
 * @param generation the generation that was waited for; 0 where the workload was never seen
 * @param elapsed from the start of the verification to the verdict
 * @param status the last status in one line, such as {@code 2 of 4 new pods available, waiting for …}
 * @param unseen what could not be looked at, such as events for want of rights; one sentence each
 * @param rollback what became of a rollback, where one was asked for and the rollout was not complete
 * @param promises what became of the strategy's promises up to the verdict; empty where the change was not observed from before
 *     it was made, and for other kinds than Deployments
 */
public record Evidence(
        ObjectRef workload,
        long generation,
        Duration elapsed,
        String status,
        List<Cause> causes,
        Timeline timeline,
        List<String> unseen,
        Optional<RollbackResult> rollback,
        Optional<PromiseReport> promises) {
    public Evidence {
        Objects.requireNonNull(workload, "workload");
        causes = List.copyOf(causes);
        unseen = List.copyOf(unseen);
        Objects.requireNonNull(rollback, "rollback");
        Objects.requireNonNull(promises, "promises");
    }

    /** Without a rollback and promises. */
    public Evidence(
            ObjectRef workload,
            long generation,
            Duration elapsed,
            String status,
            List<Cause> causes,
            Timeline timeline,
            List<String> unseen) {
        this(workload, generation, elapsed, status, causes, timeline, unseen, Optional.empty(), Optional.empty());
    }

    Evidence with(RollbackResult value) {
        return new Evidence(
                workload, generation, elapsed, status, causes, timeline, unseen, Optional.of(value), promises);
    }

    Evidence with(PromiseReport value) {
        return new Evidence(
                workload, generation, elapsed, status, causes, timeline, unseen, rollback, Optional.of(value));
    }

    Evidence withUnseen(String sentence) {
        List<String> more = new ArrayList<>(unseen);
        more.add(sentence);
        return new Evidence(workload, generation, elapsed, status, causes, timeline, more, rollback, promises);
    }
}
