// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.compare;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.compare.ComparisonOptions;
import dev.rollproof.strategies.compare.ComparisonReport;
import dev.rollproof.strategies.compare.Metric;
import dev.rollproof.strategies.compare.Scenario;
import dev.rollproof.strategies.compare.Spread;
import dev.rollproof.strategies.compare.Standing;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A comparison as JSON, for {@code --output json}: one object, times in seconds, null for what never happened. */
public final class ComparisonJson {
    private ComparisonJson() {}

    public static String of(ComparisonReport report) {
        Scenario scenario = report.scenario();
        ComparisonOptions options = report.options();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workload", "deployment/" + scenario.before().getMetadata().getName());
        json.put("namespace", scenario.before().getMetadata().getNamespace());
        json.put("replicas", scenario.replicas());
        json.put("from", scenario.oldImage());
        json.put("to", scenario.newImage());
        scenario.bad().ifPresent(bad -> json.put("bad", bad.inWords()));
        json.put("firstSeed", report.firstSeed());
        json.put("seeds", report.seeds());
        json.put("rollouts", report.rollouts());
        json.put("watchSeconds", seconds(options.watch().toNanos() / 1e9));
        json.put("requestsPerSecond", options.perSecond());
        json.put("errorLimit", options.errorLimit());
        json.put("timeoutSeconds", seconds(options.timeout().toNanos() / 1e9));
        json.put(
                "strategies",
                report.standings().stream().map(ComparisonJson::fields).toList());
        json.put("leftOut", report.leftOut());
        json.put("notes", report.notes());
        return Models.toJson(json);
    }

    private static Map<String, Object> fields(Standing standing) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", standing.name());
        json.put("trials", standing.trials().size());
        json.put("notComplete", standing.notComplete().size());
        json.put("badTrials", standing.badTrials().size());
        json.put("notStopped", standing.notStopped().size());
        for (Metric metric : Metric.values()) {
            standing.spread(metric).ifPresent(spread -> json.put(nameOf(metric), fields(spread)));
        }
        return json;
    }

    private static Map<String, @Nullable Object> fields(Spread spread) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("best", number(spread.best()));
        json.put("median", number(spread.median()));
        json.put("worst", number(spread.worst()));
        json.put("worstSeed", spread.worstSeed());
        return json;
    }

    /** {@code MOST_PODS} as {@code mostPods}. */
    private static String nameOf(Metric metric) {
        StringBuilder name = new StringBuilder();
        for (String word : metric.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return metric.inSeconds() ? name.append("Seconds").toString() : name.toString();
    }

    private static @Nullable Double number(double value) {
        return Double.isInfinite(value) ? null : Double.valueOf(seconds(value));
    }

    private static double seconds(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
