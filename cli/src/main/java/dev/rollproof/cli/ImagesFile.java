// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.sim.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file that {@code --images} names: what the images of a simulated cluster do. */
final class ImagesFile {
    private ImagesFile() {}

    /**
     * @param file null where none was named: then no image is declared
     * @throws UsageException if it cannot be read, or not be understood
     */
    static Images read(@Nullable Path file) {
        if (file == null) {
            return new Images();
        }
        try {
            return Images.fromYaml(Files.readString(file), file.toString());
        } catch (IOException unreadable) {
            throw new UsageException("--images " + file + ": "
                    + (Files.exists(file) ? "cannot be read" : "there is no such file") + "; name a YAML file");
        } catch (IllegalArgumentException invalid) {
            throw new UsageException(String.valueOf(invalid.getMessage()));
        }
    }
}
