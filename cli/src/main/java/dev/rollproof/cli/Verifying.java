// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.verifier.VerifierOptions;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of every command that ends in a verdict. */
final class Verifying {
    enum Output {
        text,
        json
    }

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long the rollout may take in all, such as 90s or 1m30s. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--stable-for",
            paramLabel = "DURATION",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "How long it must stay complete before it counts. Default: ${DEFAULT-VALUE}.")
    private Duration stableFor = Duration.ZERO;

    @Option(names = "--wait-for-old-pods", description = "Wait until the old pods are gone, not only going.")
    private boolean waitForOldPods;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            paramLabel = "text|json",
            description = "What to print on standard output: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Output output = Output.text;

    VerifierOptions options() {
        if (timeout.isZero()) {
            throw new UsageException("--timeout must be longer than nothing, such as 60s");
        }
        return VerifierOptions.defaults()
                .withTimeout(timeout)
                .withStableFor(stableFor)
                .withWaitForOldPods(waitForOldPods);
    }

    boolean json() {
        return output == Output.json;
    }
}
