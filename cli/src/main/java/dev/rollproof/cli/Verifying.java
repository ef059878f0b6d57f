// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.judge.Patience;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of every command that ends in a verdict. */
final class Verifying {
    enum Output {
        text,
        json
    }

    /** What people may have more patience with, by the names that {@link Patience} has for it. */
    enum Trouble {
        configuration,
        imageTrouble,
        nodeTrouble,
        unschedulable,
        quota
    }

    static final class TroubleConverter implements ITypeConverter<Trouble> {
        @Override
        public Trouble convert(String name) {
            return Stream.of(Trouble.values())
                    .filter(trouble -> trouble.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + name
                            + "' is no trouble to be patient with; there are "
                            + Stream.of(Trouble.values()).map(Trouble::name).collect(Collectors.joining(", "))));
        }
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
            names = "--patience",
            paramLabel = "TROUBLE=DURATION",
            split = ",",
            converter = {TroubleConverter.class, DurationConverter.class},
            description =
                    "How long a trouble may last before the rollout counts as failed, such as unschedulable=5m where nodes"
                            + " are added. Troubles: configuration, a ConfigMap or Secret is missing (default 10s); imageTrouble, the"
                            + " registry is busy or out of reach (30s); nodeTrouble, the node fails, or does not answer (60s);"
                            + " unschedulable, no node has room (60s); quota, it is used up (30s).")
    private Map<Trouble, Duration> patience = Map.of();

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
        Patience patient = Patience.defaults();
        for (Map.Entry<Trouble, Duration> more : patience.entrySet()) {
            Duration grace = more.getValue();
            patient = switch (more.getKey()) {
                case configuration -> patient.withConfiguration(grace);
                case imageTrouble -> patient.withImageTrouble(grace);
                case nodeTrouble -> patient.withNodeTrouble(grace);
                case unschedulable -> patient.withUnschedulable(grace);
                case quota -> patient.withQuota(grace);
            };
        }
        return VerifierOptions.defaults()
                .withPatience(patient)
                .withTimeout(timeout)
                .withStableFor(stableFor)
                .withWaitForOldPods(waitForOldPods);
    }

    boolean json() {
        return output == Output.json;
    }
}
