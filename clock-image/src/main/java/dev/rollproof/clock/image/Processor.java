// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.util.Locale;

/** The processors that images are built for: always the one that builds. */
enum Processor {
    AMD64,
    ARM64;

    /**
     * @param architecture the system property {@code os.arch}
     * @throws ImageBuildException if it is another
     */
    static Processor from(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> AMD64;
            case "aarch64", "arm64" -> ARM64;
            default ->
                throw new ImageBuildException("no images can be built for the processor " + architecture
                        + "; build them on amd64 or aarch64");
        };
    }

    /** What image formats call it. */
    String platform() {
        return name().toLowerCase(Locale.ROOT);
    }
}
