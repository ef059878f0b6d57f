// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.cli.demo.Demo;
import dev.rollproof.k8s.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof demo}: a laboratory exercise on the simulated cluster. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Plays a laboratory exercise on deployment strategies on the simulated cluster.",
            "That is apply, scale, update, undo, a broken image, Recreate and RollingUpdate, each step with its verdict, and all"
                    + " strategies side by side in one table. Times are those of the simulation."
        })
final class DemoCommand implements Callable<Integer> {
    /** Long enough for an eye to see a picture, short enough for a dozen steps. */
    private static final long PAUSE_MILLIS = 15;

    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(
            names = "--manifests",
            paramLabel = "FOLDER",
            description = "The exercise's manifests. Default: examples/clock.")
    private @Nullable Path manifests;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The seed of the simulation. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() throws InterruptedException {
        Rollproof.Console console = Objects.requireNonNull(parent).console();
        Path folder = manifests != null ? manifests : home().resolve("examples").resolve("clock");
        if (!Files.isDirectory(folder)) {
            throw new UsageException(
                    folder + ": there is no such folder; name the one with the manifests by --manifests");
        }
        Demo demo =
                new Demo(folder, seed, console.out(), console.terminal(), console.environment(), DemoCommand::pause);
        return demo.play() ? ExitCode.ROLLED_OUT : ExitCode.FAILED;
    }

    private static Path home() {
        String home = System.getProperty("rollproof.home");
        return home == null ? Path.of("") : Path.of(home);
    }

    private static void pause() {
        Instant until = Time.system().now().plusMillis(PAUSE_MILLIS);
        try {
            Time.system().awaitUntil(until, () -> false);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
