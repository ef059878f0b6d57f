// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** The Java that runs this, cut down to what the clock needs. */
final class JavaRuntime {
    /** What a server without debugger, compiler class list and certificates of its own never opens: a megabyte. */
    private static final String UNUSED =
            "/java.base/lib/jrt-fs.jar,/java.base/lib/classlist,/java.base/lib/jspawnhelper,"
                    + "/java.base/lib/jexec,/java.base/lib/libjsig.so,/java.base/lib/server/libjsig.so,/java.base/lib/ct.sym,"
                    + "/java.base/bin/keytool,"
                    + "/java.base/lib/libsimdsort.so,/java.base/lib/security/cacerts,/java.base/lib/security/public_suffix_list.dat";

    private JavaRuntime() {}

    /** Writes it to a directory that does not exist yet. */
    static void writeInto(Path directory) throws IOException {
        link(directory);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.toString().endsWith(".so") || file.startsWith(directory.resolve("bin"))) {
                    ElfFile.cut(file);
                }
            }
        }
    }

    private static void link(Path directory) {
        ToolProvider jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new ImageBuildException("the Java in " + System.getProperty("java.home")
                        + " has no jlink; use a JDK, or choose a base image by --base"));
        StringWriter said = new StringWriter();
        PrintWriter printer = new PrintWriter(said);
        List<String> arguments = List.of(
                "--add-modules",
                "java.base",
                "--strip-java-debug-attributes",
                // Whether its classes lose their debug attributes depends on chance (seen on 17): not the same bytes
                // each time.
                "--disable-plugin",
                "generate-jli-classes",
                "--no-header-files",
                "--no-man-pages",
                // Classes that need not be unpacked start a fifth sooner; a later Java has too many of them for 50 MB.
                "--compress=" + (Runtime.version().feature() < 21 ? "0" : "zip-9"),
                "--exclude-files",
                UNUSED,
                "--output",
                directory.toString());
        if (jlink.run(printer, printer, arguments.toArray(String[]::new)) != 0) {
            printer.flush();
            throw new ImageBuildException("jlink of the Java in " + System.getProperty("java.home") + " failed: "
                    + said.toString().strip() + "; use another JDK, or choose a base image by --base");
        }
    }
}
