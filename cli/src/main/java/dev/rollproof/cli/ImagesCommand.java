// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.clock.image.ClockImages;
import dev.rollproof.clock.image.ImageBuildException;
import dev.rollproof.clock.image.ImageTar;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof images}: the images of the demonstration, to load or to push. */
@Command(
        name = "images",
        mixinStandardHelpOptions = true,
        description = {
            "Builds the images of the clock: 1.0, 1.1, 1.2, and broken, whose command is false.",
            "Each is a tar to load, the same byte for byte each time; no container engine is needed, and on Linux no network."
        })
final class ImagesCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where to write the tars; made if it is not there.")
    private Path output = Path.of("");

    @Option(
            names = "--base",
            paramLabel = "IMAGE",
            description =
                    "An image with Java 17 or later to build on. Default: on Linux none, they have their own Java;"
                            + " elsewhere a public one. tar://FILE and docker://NAME are possible.")
    private @Nullable String base;

    @Override
    public Integer call() throws InterruptedException {
        List<ImageTar> built;
        try {
            ClockImages images = base == null ? ClockImages.forThisHost() : ClockImages.on(base);
            built = images.buildInto(output);
        } catch (ImageBuildException failed) {
            throw new UsageException(String.valueOf(failed.getMessage()), failed);
        }
        PrintStream out = Objects.requireNonNull(parent).console().out();
        for (ImageTar image : built) {
            out.printf(
                    Locale.ROOT,
                    "%-12s  %s  %.1f MB  sha256:%s%n",
                    image.image().reference(),
                    image.tar(),
                    image.bytes() / 1e6,
                    image.sha256());
        }
        ImageTar first = built.get(0);
        String name = first.image().reference();
        out.println("load:  docker load -i " + first.tar());
        out.println("k3s:   ctr -n k8s.io images import " + first.tar());
        out.println("push:  docker tag " + name + " REGISTRY/" + name + " && docker push REGISTRY/" + name);
        return ExitCode.ROLLED_OUT;
    }
}
