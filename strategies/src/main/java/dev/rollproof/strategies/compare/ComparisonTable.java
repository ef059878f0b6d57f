// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A report as lines to read: a table with one line for each strategy's medians, and one below for the worst of all seeds; and
 * what the columns mean.
 */
public final class ComparisonTable {
    private record Column(Metric metric, String first, String second) {}

    private static final List<Column> COLUMNS = List.of(
            new Column(Metric.DOWNTIME, "", "downtime"),
            new Column(Metric.FAILED, "requests", "failed"),
            new Column(Metric.MOST_PODS, "most", "pods"),
            new Column(Metric.LEAST_READY, "least", "ready"),
            new Column(Metric.DURATION, "", "duration"),
            new Column(Metric.MIXED, "mixed", "versions"),
            new Column(Metric.MET_THE_BAD, "met the", "bad one"),
            new Column(Metric.FAILED_WITH_THE_BAD, "failed", "with it"),
            new Column(Metric.RESTORED, "time to", "roll back"));

    private ComparisonTable() {}

    /** All of it: title, table, what was changed or left out, and the legend. */
    public static List<String> of(ComparisonReport report) {
        List<String> lines = new ArrayList<>();
        Scenario scenario = report.scenario();
        lines.add(String.format(
                Locale.ROOT,
                "%s, %d %s, from %s to %s: %s by each strategy, %s.",
                scenario.ref(),
                scenario.replicas(),
                scenario.replicas() == 1 ? "replica" : "replicas",
                scenario.oldImage(),
                scenario.newImage(),
                report.seeds() == 1 ? "one rollout" : report.seeds() + " rollouts",
                report.seeds() == 1
                        ? "with the seed " + report.firstSeed()
                        : "with the seeds " + report.firstSeed() + " to " + (report.firstSeed() + report.seeds() - 1)));
        if (report.seeds() > 1) {
            lines.add("Medians; below them the worst, where it differs, with the first seed that has it.");
        }
        lines.add("");
        lines.addAll(table(report));
        lines.addAll(remarks(report));
        lines.addAll(legend(report));
        return lines;
    }

    /** The table alone. */
    public static List<String> table(ComparisonReport report) {
        List<Column> columns = COLUMNS.stream()
                .filter(c -> report.scenario().bad().isPresent() || !c.metric().ofTheBad())
                .toList();
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("", columns, Column::first));
        rows.add(row("strategy", columns, Column::second));
        for (Standing standing : report.standings()) {
            rows.add(row(standing.name(), columns, c -> median(standing, c.metric())));
            List<String> worst = row("", columns, c -> worst(standing, c.metric()));
            if (!worst.stream().allMatch(String::isEmpty)) {
                rows.add(worst);
            }
        }
        int[] widths = new int[columns.size() + 1];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-" + widths[0] + "s", row.get(0)));
            for (int i = 1; i < widths.length; i++) {
                line.append(String.format(Locale.ROOT, "%" + (widths[i] + 2) + "s", row.get(i)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return Collections.unmodifiableList(lines);
    }

    private static List<String> row(
            String name, List<Column> columns, java.util.function.Function<Column, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        columns.forEach(column -> row.add(cell.apply(column)));
        return row;
    }

    private static String median(Standing standing, Metric metric) {
        return standing.spread(metric)
                .map(spread -> cell(metric, spread.median()))
                .orElse("-");
    }

    private static String worst(Standing standing, Metric metric) {
        Optional<Spread> spread = standing.spread(metric);
        return spread.filter(s -> !cell(metric, s.median()).equals(cell(metric, s.worst())))
                .map(s -> cell(metric, s.worst()) + " #" + s.worstSeed())
                .orElse("");
    }

    private static String cell(Metric metric, double value) {
        if (Double.isInfinite(value)) {
            return "never";
        }
        if (!metric.inSeconds()) {
            return String.valueOf((long) value);
        }
        return value == 0 ? "none" : String.format(Locale.ROOT, "%.1f s", value);
    }

    private static List<String> remarks(ComparisonReport report) {
        List<String> remarks = new ArrayList<>();
        for (Standing standing : report.standings()) {
            remark(standing.name(), standing.notComplete(), "the new version was not rolled out", remarks);
            remark(standing.name(), standing.notStopped(), "the bad version was not stopped", remarks);
        }
        remarks.addAll(report.notes());
        report.leftOut().forEach(sentence -> remarks.add("left out: " + sentence));
        if (remarks.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(List.of(""));
        remarks.forEach(remark -> lines.add("- " + remark));
        return lines;
    }

    private static void remark(String name, List<Measured> trials, String what, List<String> remarks) {
        if (!trials.isEmpty()) {
            remarks.add(name + ": " + what + " in " + trials.size() + (trials.size() == 1 ? " trial" : " trials")
                    + ", the first with the seed " + trials.get(0).seed() + " (verdict: "
                    + trials.get(0).outcome() + ")");
        }
    }

    private static List<String> legend(ComparisonReport report) {
        ComparisonOptions options = report.options();
        String watch = seconds(options.watch());
        String rate = number(options.perSecond());
        String outage =
                seconds(Answers.shortestOutage(java.time.Duration.ofNanos(Math.round(1e9 / options.perSecond()))));
        List<String> lines = new ArrayList<>(List.of(
                "",
                entry("downtime", "nobody answers new connections, for " + outage + " or more at a time"),
                entry("requests failed", "of " + rate + " a second on new connections and " + rate + " on kept ones"),
                entry("most pods", "at once, those that go included"),
                entry("least ready", "the fewest pods that the Service could send requests to"),
                entry(
                        "duration",
                        "until the strategy is done, " + watch
                                + " of watching included: a canary's at each weight, a blue-green's after"),
                entry("", "the switch, the others' when all pods are there"),
                entry(
                        "mixed versions",
                        "from the first answer of the new one to the last of the old one, on new connections")));
        report.scenario().bad().ifPresent(bad -> {
            String limit = number(options.errorLimit() * 100) + " %";
            lines.add(entry("the bad one", bad.inWords()));
            lines.add(entry(
                    "",
                    "Noticed where its pods fail, or while it is watched more than " + limit
                            + " of its answers say 500 or"));
            lines.add(entry("", "more; then each strategy goes back in its own way."));
            lines.add(entry("met, failed", "requests that it answered, and all that failed, until it was gone"));
            lines.add(
                    entry("time to roll back", "from noticing until nobody meets it and the whole old version serves"));
        });
        return lines;
    }

    private static String entry(String name, String text) {
        return String.format(Locale.ROOT, "%-18s %s", name, text);
    }

    private static String seconds(java.time.Duration duration) {
        return number(duration.toNanos() / 1e9) + " s";
    }

    private static String number(double value) {
        return new java.math.BigDecimal(String.format(Locale.ROOT, "%.3f", value))
                .stripTrailingZeros()
                .toPlainString();
    }
}
