// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.promises.Finding.Broken;
import dev.rollproof.verifier.promises.Finding.Kept;
import dev.rollproof.verifier.promises.Finding.NotApplicable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What became of the promises of one rollout.
 *
 * @param workload the Deployment
 * @param findings one for each promise
 * @param mostLive most pods seen at once that neither ended nor terminated
 * @param leastReady fewest such pods seen ready
 * @param events how many changes of ReplicaSets and pods were looked at
 */
public record PromiseReport(ObjectRef workload, List<Finding> findings, int mostLive, int leastReady, int events) {
    public PromiseReport {
        findings = List.copyOf(findings);
    }

    /** What was found of one. */
    public Finding of(Promise promise) {
        return findings.stream()
                .filter(finding -> finding.promise() == promise)
                .findFirst()
                .orElseThrow();
    }

    /** Those that were broken. */
    public List<Broken> broken() {
        return findings.stream()
                .filter(Broken.class::isInstance)
                .map(Broken.class::cast)
                .toList();
    }

    /** Those that were checked, and held. */
    public List<Kept> kept() {
        return findings.stream()
                .filter(Kept.class::isInstance)
                .map(Kept.class::cast)
                .toList();
    }

    /** Why nothing was promised, or could be checked, where that is one reason for all; empty where something was kept or broken. */
    public Optional<String> whyNothing() {
        if (!kept().isEmpty() || !broken().isEmpty()) {
            return Optional.empty();
        }
        return findings.stream()
                .filter(NotApplicable.class::isInstance)
                .map(NotApplicable.class::cast)
                .sorted(Comparator.comparing(finding -> !finding.given()))
                .map(NotApplicable::why)
                .findFirst();
    }

    /** One line for each promise that the strategy gives; those of other strategies are left out. */
    public List<String> linesOfGiven() {
        return findings.stream()
                .filter(finding -> !(finding instanceof NotApplicable other) || other.given())
                .map(Finding::line)
                .toList();
    }

    /** One line a promise. */
    public List<String> lines() {
        return findings.stream().map(Finding::line).toList();
    }
}
