// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.verifier.Replay;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.promises.PromiseReport;
import dev.rollproof.verifier.recording.Recording;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof replay}: judges a recorded watch instead of a live cluster. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Judges a recording as if it happened now, with the same verdicts and exit codes as verify.")
final class ReplayCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Rollproof parent;

    @Parameters(
            paramLabel = "FILE",
            description = "A recording: JSON Lines, each {\"t\": seconds, \"type\": …, \"object\": …}; gzip allowed.")
    private Path file = Path.of("");

    @Option(
            names = "--workload",
            paramLabel = "KIND/NAME",
            description =
                    "Which workload, such as deployment/clock or statefulset/web; needed where the recording has several.")
    private @Nullable String workload;

    @Option(
            names = "--from",
            paramLabel = "SECONDS",
            description = "When verification begins, in seconds of the recording."
                    + " Default: as verify --record recorded it; else its start.")
    private @Nullable String from;

    @Mixin
    private Verifying verifying = new Verifying();

    @Override
    public Integer call() {
        VerifierOptions options = verifying.options();
        Replay replay = Replay.of(Recording.read(file));
        if (from != null) {
            replay = replay.from(start(from));
        }
        if (workload != null) {
            replay = replay.workload(kind(workload), workload.substring(workload.indexOf('/') + 1));
        }
        Verdict verdict = replay.with(options).judge();
        Rollproof.Console console = Objects.requireNonNull(parent).console();
        if (verifying.json()) {
            console.out().println(JsonVerdict.of(List.of(verdict)));
        } else {
            for (Timeline.Entry entry : verdict.evidence().timeline().entries()) {
                if (entry.subject().equals("rollout")) {
                    console.out()
                            .println(String.format(
                                    Locale.ROOT, "%6.1f s  %s", entry.at().toMillis() / 1000.0, entry.what()));
                }
            }
            verdict.evidence().promises().ifPresent(promises -> print(promises, console));
            console.out().println(verdict.summary());
        }
        return ExitCode.of(verdict);
    }

    private static void print(PromiseReport promises, Rollproof.Console console) {
        promises.whyNothing()
                .map(why -> List.of("no promise can be checked: " + why))
                .orElseGet(promises::linesOfGiven)
                .forEach(line -> console.out().println("promises  " + line));
    }

    private static Duration start(String from) {
        String number = from.endsWith("s") ? from.substring(0, from.length() - 1) : from;
        try {
            double seconds = Double.parseDouble(number);
            if (seconds >= 0 && seconds < 1e9) {
                return Duration.ofNanos(Math.round(seconds * 1e9));
            }
        } catch (NumberFormatException noNumber) {
            // Said below, together with numbers that are no time.
        }
        throw new UsageException("--from must be a number of seconds from the start of the recording, was " + from);
    }

    /** As kubectl reads it: in singular, plural or short, with or without its group. */
    private static String kind(String workload) {
        int slash = workload.indexOf('/');
        String said = slash < 0 ? "" : workload.substring(0, slash).toLowerCase(Locale.ROOT);
        String kind = slash == workload.length() - 1
                ? ""
                : switch (said.replaceFirst("\\.apps$", "")) {
                    case "deployment", "deployments", "deploy" -> "Deployment";
                    case "statefulset", "statefulsets", "sts" -> "StatefulSet";
                    case "daemonset", "daemonsets", "ds" -> "DaemonSet";
                    default -> "";
                };
        if (kind.isEmpty()) {
            throw new UsageException(
                    "--workload must be deployment/NAME, statefulset/NAME or daemonset/NAME, was " + workload);
        }
        return kind;
    }
}
