// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.fabric8.KubeconfigException;
import dev.rollproof.k8s.manifest.ManifestException;
import dev.rollproof.verifier.recording.RecordingException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command and its subcommands. */
@Command(
        name = "rollproof",
        mixinStandardHelpOptions = true,
        versionProvider = Rollproof.Version.class,
        subcommands = {
            VerifyCommand.class,
            ReplayCommand.class,
            DemoCommand.class,
            PlanCommand.class,
            ExploreCommand.class,
            CompareCommand.class,
            ImagesCommand.class,
            SimCommand.class,
            HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = "Rolls workloads out on Kubernetes, watches them, and proves what happened.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:rolled out",
            "1:failed",
            "2:wrong use or invalid manifest",
            "3:timed out, or undecided",
            "4:superseded, paused or deleted",
            "5:cluster unreachable"
        })
public final class Rollproof implements Runnable {
    private static final int MOST_SECONDS_TO_TIDY_UP = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    Rollproof(Console console) {
        this.console = console;
    }

    /** Where the command reads its surroundings from and prints to; a test's own in tests. */
    record Console(
            InputStream in, PrintStream out, PrintStream err, boolean terminal, Map<String, String> environment) {}

    Console console() {
        return console;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: " + commands(spec.commandLine()));
    }

    public static void main(String[] args) {
        StandardOutput output = new StandardOutput(new java.io.FileOutputStream(java.io.FileDescriptor.out));
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        PrintStream err =
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.err), true, StandardCharsets.UTF_8);
        // A console there is only where both ends are a terminal; on 22 and later it says so itself.
        boolean terminal = "true".equals(System.getProperty("rollproof.terminal"));
        CountDownLatch ended = new CountDownLatch(1);
        if (List.of(args).contains("verify")) {
            // Of all commands this one is most often stopped by a signal, waiting, with a recording half-written.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(interrupting(Thread.currentThread(), ended), "rollproof-signal"));
        }
        int code = output.ended(run(new Console(System.in, out, err, terminal, System.getenv()), args), err);
        ended.countDown();
        System.exit(code);
    }

    /** What a signal starts: has who waits tidy up and say so, and lets the process end after that. */
    static Runnable interrupting(Thread worker, CountDownLatch ended) {
        return () -> {
            if (ended.getCount() == 0) {
                return;
            }
            worker.interrupt();
            try {
                boolean unused = ended.await(MOST_SECONDS_TO_TIDY_UP, TimeUnit.SECONDS);
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Runs the command and returns its exit code. */
    static int run(Console console, String... args) {
        CommandLine line = new CommandLine(new Rollproof(console));
        line.setOut(new PrintWriter(new OutputStreamWriter(console.out(), StandardCharsets.UTF_8), true));
        line.setErr(new PrintWriter(new OutputStreamWriter(console.err(), StandardCharsets.UTF_8), true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUnmatchedOptionsAllowedAsOptionParameters(false);
        line.setParameterExceptionHandler((wrong, given) -> {
            console.err().println("rollproof: " + sentence(wrong));
            console.err().println("Try 'rollproof " + path(wrong.getCommandLine()) + "--help'.");
            return ExitCode.WRONG_USE;
        });
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(console, failure));
        return line.execute(args);
    }

    private static String commands(CommandLine root) {
        List<String> names = new ArrayList<>(root.getSubcommands().keySet());
        names.remove("help");
        String last = names.remove(names.size() - 1);
        return String.join(", ", names) + " or " + last;
    }

    private static String sentence(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && command.getParent() == null) {
            return "there is no command " + unmatched.getUnmatched().get(0) + "; say " + commands(command);
        }
        String message = String.valueOf(wrong.getMessage());
        // An unknown option after -f FILE is reported twice, as unknown and as no file.
        return message.lines()
                .findFirst()
                .orElse("wrong arguments")
                .replaceFirst("; Expected parameter for option .*", "")
                .replaceFirst("is not an? (long|int)$", "is not a whole number");
    }

    private static String path(CommandLine command) {
        return command.getParent() == null ? "" : command.getCommandName() + " ";
    }

    private static int failed(Console console, Exception failure) {
        if (failure instanceof ClusterException cluster) {
            console.err().println("rollproof: " + cluster.getMessage());
            return cluster.reason().isTransient() ? ExitCode.UNREACHABLE : ExitCode.WRONG_USE;
        }
        if (failure instanceof UsageException
                || failure instanceof ManifestException
                || failure instanceof RecordingException
                || failure instanceof KubeconfigException) {
            console.err().println("rollproof: " + failure.getMessage());
            return ExitCode.WRONG_USE;
        }
        if (failure instanceof InterruptedException) {
            console.err().println("rollproof: interrupted; the rollout goes on without being watched");
            return ExitCode.UNDECIDED;
        }
        console.err()
                .println("rollproof: this is a bug, please report it: " + failure
                        + (console.environment().containsKey("ROLLPROOF_DEBUG")
                                ? ""
                                : " (ROLLPROOF_DEBUG=1 in the environment prints where)"));
        if (console.environment().containsKey("ROLLPROOF_DEBUG")) {
            failure.printStackTrace(console.err());
        }
        return ExitCode.FAILED;
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Rollproof.class.getPackage().getImplementationVersion();
            return new String[] {"rollproof " + (version == null ? "(not packaged)" : version)};
        }
    }
}
