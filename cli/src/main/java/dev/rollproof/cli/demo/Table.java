// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The summary: one line a step. */
final class Table {
    private static final String LINE = "%3s  %-45s %-10s %7s %9s %11s %8s";

    private Table() {}

    static List<String> of(List<Step> steps) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT, LINE, "row", "step", "verdict", "seconds", "most pods", "least ready", "downtime"));
        for (Step step : steps) {
            lines.add(String.format(
                            Locale.ROOT,
                            LINE,
                            step.row(),
                            step.title(),
                            step.verdict().outcome(),
                            seconds(step.verdict().evidence().elapsed()),
                            step.measured().mostPods(),
                            step.measured().leastReady(),
                            step.measured().down().isZero()
                                    ? "none"
                                    : seconds(step.measured().down()) + " s")
                    + (step.expected() ? "" : "  NOT AS EXPECTED"));
        }
        return lines;
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1000.0);
    }
}
