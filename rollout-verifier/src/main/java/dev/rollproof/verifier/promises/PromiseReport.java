// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.promises.Finding.Broken;
import dev.rollproof.verifier.promises.Finding.Kept;
import java.util.List;

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

    public Finding of(Promise promise) {
        return findings.stream()
                .filter(finding -> finding.promise() == promise)
                .findFirst()
                .orElseThrow();
    }

    public List<Broken> broken() {
        return findings.stream()
                .filter(Broken.class::isInstance)
                .map(Broken.class::cast)
                .toList();
    }

    public List<Kept> kept() {
        return findings.stream()
                .filter(Kept.class::isInstance)
                .map(Kept.class::cast)
                .toList();
    }

    /** One line a promise. */
    public List<String> lines() {
        return findings.stream().map(Finding::line).toList();
    }
}
