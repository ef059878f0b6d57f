// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** kubectl's output without what differs from run to run: ages, generated names, addresses, versions, and the width of columns. */
final class Normalized {
    private static final Pattern SPACES = Pattern.compile(" {2,}|\t");

    /**
     * Lines that only a real cluster has: the kubelet's complaint that the clusters of these tests have no DNS, and what kubectl says of a
     * kind that is not simulated. docs/simulation.md says why. That a probe came before the container listened, or was answered too late, is
     * a matter of moments.
     */
    private static final Pattern ONLY_REAL = Pattern.compile(
            "MissingClusterDNS|Unhealthy .*(?:connection refused|deadline exceeded)|^No LimitRange resource");

    private static final Pattern LABEL = Pattern.compile("^( *[^: ]+(?: [^: ]+)*:?).*$");

    private Normalized() {}

    static String of(String output, String namespace) {
        String text = output.replace(namespace, "NAMESPACE")
                .replaceAll("\\b(clock)-[a-z0-9]{8,10}-[a-z0-9]{5}\\b", "$1-HASH-POD")
                .replaceAll("\\b(clock)-[a-z0-9]{8,10}\\b", "$1-HASH")
                .replaceAll("\\bkube-api-access-[a-z0-9]{5}\\b", "kube-api-access-TOKEN")
                .replaceAll("pod-template-hash=[a-z0-9]+", "pod-template-hash=HASH")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ [+-]\\d{4}", "TIME")
                .replaceAll("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "TIME")
                .replaceAll("(containerd|sha256)(://|:)[0-9a-f]{64}", "$1$2ID")
                .replaceAll("https://(127\\.0\\.0\\.1|localhost):\\d+", "https://SERVER")
                .replaceAll("\\bv1\\.\\d+\\.\\d+[-+\\w.]*", "VERSION")
                .replaceAll("\\(x\\d+ over \\w+\\)", "")
                .replaceAll("\\b\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\b", "ADDRESS")
                .replaceAll("/tmp/(LIVE|MERGED)-\\d+", "/tmp/$1")
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID")
                .replaceAll("(?m)(?<=\\s)(\\d+[smhd])+(?=\\s|$)", "AGE");
        return text.lines()
                .filter(line -> !ONLY_REAL.matcher(line).find())
                .map(line -> SPACES.matcher(line.stripTrailing()).replaceAll("  "))
                .collect(Collectors.joining("\n"))
                .stripTrailing();
    }

    /** What kinds and groups only a simulated cluster has, and where it has no words of Kubernetes'. */
    static boolean isOnBoth(String line) {
        return !line.contains("gateway.networking.k8s.io") && !line.strip().equals("<empty>");
    }

    /** Each line up to its first colon or gap. */
    static String labels(String text) {
        return text.lines().map(line -> LABEL.matcher(line).replaceFirst("$1")).collect(Collectors.joining("\n"));
    }

    /** The lines without their order, for what comes in any. */
    static String sorted(String text) {
        return text.lines().sorted().distinct().collect(Collectors.joining("\n"));
    }

    /** The last line that says something. */
    static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce("", (before, line) -> line);
    }
}
