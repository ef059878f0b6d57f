// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report for people. */
final class Summary {
    private Summary() {}

    static String of(TrafficReport report) {
        String what = requests(report);
        return report.whyVoid()
                .map(why -> "Void, since " + why + "; seen: " + what)
                .orElse(what);
    }

    private static String requests(TrafficReport report) {
        List<String> parts = new ArrayList<>();
        if (report.failed() == 0) {
            parts.add("none of " + report.total() + " requests failed");
        } else {
            String causes = report.failuresByCause().entrySet().stream()
                    .map(entry -> entry.getValue() + " " + entry.getKey())
                    .collect(Collectors.joining(", "));
            parts.add(report.failed() + " of " + report.total() + " requests failed: " + causes);
        }
        report.longestOutage().ifPresent(outage -> parts.add("longest outage " + outage));
        report.versions().forEach(version -> parts.add(version(report, version)));
        report.latency(0.5)
                .ifPresent(median -> parts.add("latency " + millis(median) + " in the median, "
                        + millis(report.latency(0.99).orElse(median)) + " at the 99th percentile"));
        if (report.unanswered() > 0) {
            parts.add(report.unanswered() + " without an outcome yet");
        }
        return String.join("; ", parts)
                + String.format(
                        Locale.ROOT,
                        " (%.0f/s in each lane, so to %s)",
                        report.load().perSecond(),
                        millis(report.resolution()));
    }

    private static String version(TrafficReport report, String version) {
        return String.format(
                Locale.ROOT,
                "%s answered %d, %.1f %% of the answers, from %s to %s",
                version.isEmpty() ? "an unnamed version" : "version " + version,
                report.answers(version),
                100 * report.share(version),
                seconds(report.firstAnswer(version).orElse(Duration.ZERO)),
                seconds(report.lastAnswer(version).orElse(Duration.ZERO)));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toNanos() / 1e9);
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.0f ms", duration.toNanos() / 1e6);
    }
}
