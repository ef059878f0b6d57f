// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** kubectl's output without what differs from run to run: ages, generated names, addresses, versions, and the width of columns. */
final class Normalized {
    private static final Pattern SPACES = Pattern.compile(" {2,}|\t");

    private Normalized() {}

    static String of(String output, String namespace) {
        String text = output.replace(namespace, "NAMESPACE")
                .replaceAll("\\b(clock)-[a-z0-9]{8,10}-[a-z0-9]{5}\\b", "$1-HASH-POD")
                .replaceAll("\\b(clock)-[a-z0-9]{8,10}\\b", "$1-HASH")
                .replaceAll("pod-template-hash=[a-z0-9]+", "pod-template-hash=HASH")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ [+-]\\d{4}", "TIME")
                .replaceAll("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "TIME")
                .replaceAll("\\b\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\b", "ADDRESS")
                .replaceAll("/tmp/(LIVE|MERGED)-\\d+", "/tmp/$1")
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID")
                .replaceAll("(?m)(?<=\\s)(\\d+[smhd])+(?=\\s|$)", "AGE");
        return text.lines()
                .map(line -> SPACES.matcher(line.stripTrailing()).replaceAll("  "))
                .collect(Collectors.joining("\n"));
    }

    /** The last line that says something. */
    static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce("", (before, line) -> line);
    }
}
