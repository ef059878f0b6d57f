// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The images of a directory, and from what they were built.
 *
 * @param source stands for everything that they are built from: application, builder, JDK and base
 */
record WrittenImages(Path directory, String source) {
    /** A line with the source, and one for each tar, as {@code sha256sum --check} reads them. */
    static final String FILE = "clock-images.sha256";

    static WrittenImages of(Base base, Path directory) throws IOException {
        MessageDigest sha256 = sha256();
        for (Map.Entry<String, byte[]> file : ClassFiles.all().entrySet()) {
            sha256.update(file.getKey().getBytes(StandardCharsets.UTF_8));
            sha256.update(file.getValue());
        }
        for (String property : List.of("java.vm.vendor", "java.vm.version", "java.home", "os.arch")) {
            sha256.update(System.getProperty(property, "").getBytes(StandardCharsets.UTF_8));
        }
        sha256.update(base.name().getBytes(StandardCharsets.UTF_8));
        return new WrittenImages(directory, HexFormat.of().formatHex(sha256.digest()));
    }

    /** All of them, if they are there and as they were written; otherwise none. */
    List<ImageTar> there() throws IOException {
        for (ClockImage image : ClockImage.values()) {
            if (!Files.isRegularFile(directory.resolve(image.fileName()))) {
                return List.of();
            }
        }
        List<ImageTar> images = described();
        Path file = directory.resolve(FILE);
        boolean same = Files.isRegularFile(file) && Files.readString(file).equals(text(images));
        return same ? images : List.of();
    }

    /** Notes what has just been written. */
    List<ImageTar> remember() throws IOException {
        List<ImageTar> images = described();
        Files.writeString(directory.resolve(FILE), text(images));
        return images;
    }

    private List<ImageTar> described() throws IOException {
        List<ImageTar> images = new ArrayList<>();
        for (ClockImage image : ClockImage.values()) {
            images.add(described(image, directory.resolve(image.fileName())));
        }
        return images;
    }

    private String text(List<ImageTar> images) {
        StringBuilder text = new StringBuilder("# built from ").append(source).append('\n');
        images.forEach(image -> text.append(image.sha256())
                .append("  ")
                .append(image.image().fileName())
                .append('\n'));
        return text.toString();
    }

    private static ImageTar described(ClockImage image, Path tar) throws IOException {
        MessageDigest sha256 = sha256();
        try (InputStream in = Files.newInputStream(tar);
                var out = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
            in.transferTo(out);
        }
        return new ImageTar(image, tar, Files.size(tar), HexFormat.of().formatHex(sha256.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
