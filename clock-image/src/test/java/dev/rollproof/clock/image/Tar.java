// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What is in an image's tar. */
record Tar(Map<String, byte[]> files) {
    static Tar of(Path tar) throws IOException {
        try (InputStream in = Files.newInputStream(tar)) {
            return of(in);
        }
    }

    private static Tar of(InputStream in) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        TarArchiveInputStream tar = new TarArchiveInputStream(in);
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (entry.isFile()) {
                files.put(entry.getName() + " " + Integer.toOctalString(entry.getMode() & 0777), tar.readAllBytes());
            }
        }
        return new Tar(files);
    }

    String manifest() {
        return text("manifest.json ");
    }

    String config() {
        return text("config.json ");
    }

    private String text(String name) {
        return files.entrySet().stream()
                .filter(file -> file.getKey().startsWith(name))
                .map(file -> new String(file.getValue(), StandardCharsets.UTF_8))
                .findFirst()
                .orElseThrow();
    }

    /** Name, mode and size of every file that a container sees. */
    Map<String, Integer> content() {
        Map<String, Integer> content = new TreeMap<>();
        files.forEach((name, bytes) -> {
            if (name.contains(".tar.gz")) {
                try (InputStream in = new GZIPInputStream(new java.io.ByteArrayInputStream(bytes))) {
                    of(in).files().forEach((file, inside) -> content.put(file, inside.length));
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            }
        });
        return content;
    }
}
