// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import dev.rollproof.clock.Clock;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The class files of the application and of this builder, as they were compiled. */
final class ClassFiles {
    private static final String APPLICATION = "dev/rollproof/clock";

    private ClassFiles() {}

    /** What goes into the image: name, beginning with the package, and content. */
    static SortedMap<String, byte[]> ofTheApplication() throws IOException {
        return read(1);
    }

    /** Also the builder's, on which the images depend too. */
    static SortedMap<String, byte[]> all() throws IOException {
        return read(2);
    }

    private static SortedMap<String, byte[]> read(int depth) throws IOException {
        Path place;
        try {
            place = Path.of(Clock.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IOException(impossible);
        }
        if (Files.isDirectory(place)) {
            return below(place, depth);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return below(jar.getPath("/"), depth);
        }
    }

    private static SortedMap<String, byte[]> below(Path root, int depth) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(root.resolve(APPLICATION), depth)) {
            for (Path file : found.toList()) {
                String name = root.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
                    files.put(name, Files.readAllBytes(file));
                }
            }
        }
        return files;
    }
}
