// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Builds the images of the clock, one tar each, byte for byte the same each time on the same JDK and host libraries.
 *
 * <pre>{@code
 * for (ImageTar built : ClockImages.forThisHost().buildInto(Path.of("target", "images"))) {
 *     load(built.tar());
 * }
 * }</pre>
 *
 * <p>On Linux neither an engine nor a network is needed: the image holds a trimmed copy of the JDK that builds. Elsewhere it
 * stands on {@value Base#PUBLIC_IMAGE}, which is pulled. Immutable and thread-safe; several processes may build into one
 * directory, for a tar appears there only when it is whole.
 */
public final class ClockImages {
    /** Nobody in particular; a number, so that {@code runAsNonRoot} can be checked without a file of users. */
    private static final String USER = "65532:65532";

    private static final String HOME = "/opt/clock";

    /**
     * Small and quick to start: one small heap, one compiler, and no file written, so that the root file system may be
     * read-only.
     */
    private static final List<String> COMMAND = List.of(
            "java",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx16m",
            "-Xss256k",
            "-Xshare:auto",
            "-cp",
            HOME,
            "dev.rollproof.clock.Clock");

    private final Base base;

    private ClockImages(Base base) {
        this.base = base;
    }

    /** On Linux with a Java runtime of their own, elsewhere on {@value Base#PUBLIC_IMAGE}. */
    public static ClockImages forThisHost() {
        return new ClockImages(Base.of(System.getProperty("os.name")));
    }

    /**
     * On somebody's image, which has Java 17 or later on its path.
     *
     * @param baseImage its name in a registry; with {@code tar://} before it a file, with {@code docker://} an image of the
     *     engine here
     */
    public static ClockImages on(String baseImage) {
        return new ClockImages(new Base.BaseImage(baseImage));
    }

    /**
     * Writes all images, or leaves them as they are if they are there already, whole, and built from the same application, JDK
     * and base image. The file {@value WrittenImages#FILE} beside them remembers that; without it they are built again.
     *
     * @param directory made if it is not there
     * @return in the order of {@link ClockImage}
     * @throws ImageBuildException one sentence that says why not
     * @throws InterruptedException if interrupted while building
     */
    public List<ImageTar> buildInto(Path directory) throws InterruptedException {
        try {
            Files.createDirectories(directory);
        } catch (FileAlreadyExistsException file) {
            throw new ImageBuildException(directory + " is no directory; choose another", file);
        } catch (IOException failed) {
            throw new ImageBuildException(
                    "the directory " + directory + " cannot be made (" + reason(failed) + "); choose another", failed);
        }
        if (!Files.isWritable(directory)) {
            throw new ImageBuildException("nothing can be written into " + directory + "; choose another directory");
        }
        try {
            WrittenImages written = WrittenImages.of(base, directory);
            List<ImageTar> there = written.there();
            if (!there.isEmpty()) {
                return there;
            }
            build(directory);
            return written.remember();
        } catch (IOException failed) {
            throw new ImageBuildException(
                    "the images cannot be written into " + directory + ": " + reason(failed), failed);
        }
    }

    private void build(Path directory) throws IOException, InterruptedException {
        // Beside the result: a move from there is atomic.
        Path scratch = Files.createTempDirectory(directory, ".building-");
        try {
            for (ClockImage image : ClockImage.values()) {
                Path tar = scratch.resolve(image.fileName());
                JibContainerBuilder container = image == ClockImage.BROKEN ? broken(scratch) : clock(image, scratch);
                write(container, image, tar, scratch);
                move(tar, directory.resolve(image.fileName()));
            }
        } finally {
            delete(scratch);
        }
    }

    /** Only the program {@code false}: the same on every host. */
    private static JibContainerBuilder broken(Path scratch) throws IOException {
        FileEntriesLayer program = FileEntriesLayer.builder()
                .setName("false")
                .addEntry(
                        FalseProgram.writeInto(scratch),
                        AbsoluteUnixPath.get(FalseProgram.PLACE),
                        FilePermissions.fromOctalString("755"))
                .build();
        return Jib.fromScratch()
                .addFileEntriesLayer(program)
                .addEnvironmentVariable("PATH", "/bin")
                .setEntrypoint("false");
    }

    private JibContainerBuilder clock(ClockImage image, Path scratch) throws IOException {
        FileEntriesLayer.Builder application = FileEntriesLayer.builder().setName("clock");
        for (Map.Entry<String, byte[]> file : ClassFiles.ofTheApplication().entrySet()) {
            Path copy = scratch.resolve("clock").resolve(file.getKey());
            Files.createDirectories(copy.resolveSibling("."));
            Files.write(copy, file.getValue());
            application.addEntry(copy, AbsoluteUnixPath.get(HOME + "/" + file.getKey()));
        }
        return base.begin(scratch)
                .addFileEntriesLayer(application.build())
                .addEnvironmentVariable("CLOCK_VERSION", image.tag())
                .addExposedPort(Port.tcp(8080))
                .setEntrypoint(COMMAND);
    }

    private void write(JibContainerBuilder container, ClockImage image, Path tar, Path scratch)
            throws IOException, InterruptedException {
        String processor = Processor.from(System.getProperty("os.arch")).platform();
        ExecutorService workers = Executors.newCachedThreadPool();
        try {
            container
                    .setUser(USER)
                    .setPlatforms(Set.of(new Platform(processor, "linux")))
                    .setFormat(ImageFormat.Docker)
                    .containerize(Containerizer.to(TarImage.at(tar).named(image.reference()))
                            .setExecutorService(workers)
                            .setOfflineMode(image == ClockImage.BROKEN || !base.needsNetwork())
                            // Of this build only: what is in it twice is compressed once, and nobody's home is touched.
                            .setBaseImageLayersCache(scratch.resolve("layers"))
                            .setApplicationLayersCache(scratch.resolve("layers"))
                            .setToolName("rollproof"));
        } catch (RegistryException | ExecutionException failed) {
            throw notOn(image, failed);
        } catch (CacheDirectoryCreationException | InvalidImageReferenceException failed) {
            throw new IOException(failed);
        } catch (IOException failed) {
            if (base instanceof Base.BaseImage) {
                throw notOn(image, failed);
            }
            throw failed;
        } finally {
            // After a failure Jib's other steps still write files, while these are to be deleted.
            workers.shutdownNow();
            workers.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    private ImageBuildException notOn(ClockImage image, Exception failed) {
        return new ImageBuildException(
                image.reference() + " cannot be built on " + base.name() + ": " + reason(failed)
                        + "; choose another base image by --base",
                failed);
    }

    /** What lies deepest says most. */
    private static String reason(Throwable failed) {
        Throwable deepest = failed;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String message = deepest.getMessage();
        String kind = deepest.getClass().getSimpleName().replace("Exception", "");
        return message == null ? kind : kind + ": " + message;
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException odd) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
