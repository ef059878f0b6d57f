// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host's own libraries that a Java runtime needs beside itself: the C library and the loader, and whatever else this JDK
 * was linked with.
 *
 * @param files where each lies on the host, by where it lies in the image
 */
record SharedLibraries(SortedMap<String, Path> files) {
    private static final Pattern FOUND = Pattern.compile("\\s*(\\S+) => (/\\S+) \\(0x[0-9a-f]+\\)");
    private static final Pattern LOADER = Pattern.compile("\\s*(/\\S+) \\(0x[0-9a-f]+\\)");
    private static final Pattern MISSING = Pattern.compile("\\s*(\\S+) => not found");

    /** Asks {@code ldd} about every program and library below this directory. */
    static SharedLibraries of(Path runtime) {
        List<String> command = new ArrayList<>(List.of("ldd"));
        SortedSet<String> own = new TreeSet<>();
        try (Stream<Path> files = Files.walk(runtime)) {
            files.filter(file -> file.toString().endsWith(".so") || file.endsWith("bin/java"))
                    .sorted()
                    .forEach(file -> {
                        command.add(file.toString());
                        own.add(String.valueOf(file.getFileName()));
                    });
            ProcessBuilder ldd = new ProcessBuilder(command).redirectErrorStream(true);
            ldd.environment().put("LC_ALL", "C");
            ldd.environment().remove("LD_LIBRARY_PATH");
            Process process = ldd.start();
            process.getOutputStream().close();
            return from(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8), own);
        } catch (IOException | UncheckedIOException failed) {
            throw new ImageBuildException(
                    "ldd does not run, so the libraries that Java needs are not known; install it (package libc-bin or"
                            + " glibc-common), or choose a base image by --base",
                    failed);
        }
    }

    /**
     * Reads what {@code ldd} says.
     *
     * @param own names of the runtime's own libraries, which it finds by itself
     */
    static SharedLibraries from(String ldd, SortedSet<String> own) {
        SortedMap<String, Path> byName = new TreeMap<>();
        SortedMap<String, Path> files = new TreeMap<>();
        ldd.lines().forEach(line -> {
            Matcher missing = MISSING.matcher(line);
            if (missing.matches() && !own.contains(missing.group(1))) {
                throw new ImageBuildException(
                        "the library " + missing.group(1) + ", which Java needs, is not found by ldd; install it");
            }
            Matcher found = FOUND.matcher(line);
            if (found.matches() && !own.contains(found.group(1))) {
                byName.put(found.group(1), Path.of(found.group(2)));
            }
            Matcher loader = LOADER.matcher(line);
            if (loader.matches()) {
                files.put(loader.group(1), Path.of(loader.group(1)));
            }
        });
        Path c = byName.get("libc.so.6");
        if (c == null || files.isEmpty()) {
            throw new ImageBuildException(
                    "this Java does not use the GNU C library, and no other is known; choose a base"
                            + " image by --base");
        }
        // Beside the C library, wherever a library lay here: that directory the loader searches without being told.
        byName.forEach((name, file) -> files.put(c.resolveSibling(name).toString(), file));
        return new SharedLibraries(files);
    }
}
