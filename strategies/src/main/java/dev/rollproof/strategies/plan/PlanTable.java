// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan as lines to read. */
public final class PlanTable {
    private static final String STEP = "%7s  %8s  %s";

    /** So many steps of a long way are shown, from its start and its end. */
    private static final int FIRST = 40;

    private static final int LAST = 10;

    private PlanTable() {}

    /** Line by line, as {@code rollproof plan} prints it. */
    public static List<String> of(Plan plan) {
        List<String> lines = new ArrayList<>();
        lines.add(plan.title());
        lines.add("");
        lines.add("A likely way; real ones differ from run to run:");
        String names = String.join(
                "/",
                plan.steps().get(plan.steps().size() - 1).sizes().stream()
                        .map(Plan.Size::of)
                        .toList());
        lines.add(String.format(Locale.ROOT, STEP, "seconds", names, "because"));
        int steps = plan.steps().size();
        for (int i = 0; i < steps; i++) {
            Plan.Step step = plan.steps().get(i);
            if (steps > FIRST + LAST + 1 && i == FIRST) {
                i = steps - LAST - 1;
                lines.add(String.format(Locale.ROOT, STEP, "...", "...", (steps - FIRST - LAST) + " steps more"));
                continue;
            }
            lines.add(String.format(
                    Locale.ROOT,
                    STEP,
                    String.format(Locale.ROOT, "%.1f", step.at().toMillis() / 1000.0),
                    step.inShort(),
                    step.rule()));
        }
        Bounds bounds = plan.bounds();
        lines.add("");
        lines.add("On every way:");
        lines.add(bound("most pods asked for", bounds.mostAskedFor()));
        lines.add(bound("most pods live", bounds.mostLive()));
        lines.add(bound("most pods, terminating ones too", bounds.mostPods()));
        lines.add(bound("most requested, by these too", bounds.mostRequested()));
        lines.add(bound("fewest pods ready", bounds.leastReady()));
        lines.add(bound(
                "both versions answer", bounds.mixed().map(Range::toString).orElse("never")));
        lines.add(bound("complete after", bounds.duration()));
        lines.add(bound("last old pod gone after", bounds.oldPodsGone()));
        if (!plan.warnings().isEmpty()) {
            lines.add("");
            lines.add("Warnings:");
            plan.warnings().forEach(warning -> lines.add("  - " + warning));
        }
        return lines;
    }

    private static String bound(String what, Object value) {
        return String.format(Locale.ROOT, "  %-34s %s", what, value);
    }
}
