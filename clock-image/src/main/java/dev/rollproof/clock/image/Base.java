// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What an image stands on: where its Java comes from. */
sealed interface Base {
    /** An image with Java 17 or later on the path, which many have already. */
    String PUBLIC_IMAGE = "eclipse-temurin:21-jre";

    /**
     * What this host can do.
     *
     * @param system the system property {@code os.name}
     */
    static Base of(String system) {
        return system.toLowerCase(Locale.ROOT).startsWith("linux") ? new OwnRuntime() : new BaseImage(PUBLIC_IMAGE);
    }

    /** An image that has Java and nothing of the clock. */
    JibContainerBuilder begin(Path scratch) throws IOException;

    /** For sentences. */
    String name();

    /** Whether it may ask a registry. */
    boolean needsNetwork();

    /** Nothing but a trimmed copy of the Java that builds, with the libraries that it needs. */
    record OwnRuntime() implements Base {
        private static final String HOME = "/opt/java";

        @Override
        public JibContainerBuilder begin(Path scratch) throws IOException {
            Path runtime = scratch.resolve("java");
            if (!Files.exists(runtime)) {
                JavaRuntime.writeInto(runtime);
            }
            FileEntriesLayer.Builder java = FileEntriesLayer.builder().setName("java");
            try (Stream<Path> files = Files.walk(runtime)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    add(java, file, HOME + "/" + runtime.relativize(file), file.startsWith(runtime.resolve("bin")));
                }
            }
            FileEntriesLayer.Builder system = FileEntriesLayer.builder().setName("system");
            for (Map.Entry<String, Path> library :
                    SharedLibraries.of(runtime).files().entrySet()) {
                // The loader is executed, and therefore must be executable.
                add(system, library.getValue(), library.getKey(), true);
            }
            add(system, FalseProgram.writeInto(scratch), FalseProgram.PLACE, true);
            return Jib.fromScratch()
                    .addFileEntriesLayer(system.build())
                    .addFileEntriesLayer(java.build())
                    .addEnvironmentVariable("PATH", HOME + "/bin:/bin");
        }

        private static void add(FileEntriesLayer.Builder layer, Path from, String to, boolean executable) {
            layer.addEntry(from, AbsoluteUnixPath.get(to), FilePermissions.fromOctalString(executable ? "755" : "644"));
        }

        @Override
        public String name() {
            return "the Java in " + System.getProperty("java.home");
        }

        @Override
        public boolean needsNetwork() {
            return false;
        }
    }

    /**
     * Somebody else's image.
     *
     * @param reference its name in a registry; with {@code tar://} before it a file, with {@code docker://} an image that the
     *     engine here has
     */
    record BaseImage(String reference) implements Base {
        @Override
        public JibContainerBuilder begin(Path scratch) {
            try {
                return Jib.from(reference);
            } catch (InvalidImageReferenceException | IllegalArgumentException invalid) {
                throw new ImageBuildException(
                        "\"" + reference + "\" is not the name of an image; write, say, " + PUBLIC_IMAGE, invalid);
            }
        }

        @Override
        public String name() {
            return reference;
        }

        @Override
        public boolean needsNetwork() {
            return !reference.startsWith("tar://") && !reference.startsWith("docker://");
        }
    }
}
