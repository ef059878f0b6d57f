// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import dev.rollproof.strategies.explore.Exploration.Answer;
import dev.rollproof.strategies.explore.Setting.Edit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** An exploration as lines to read: the claims, and the shortest way to a state that refutes each false one. */
public final class ExplorationTable {
    private static final String CLAIM = "%-50s %7s %6s  %s";

    private ExplorationTable() {}

    public static List<String> of(Exploration found) {
        Setting setting = found.setting();
        List<String> lines = new ArrayList<>();
        lines.add(setting.toString());
        lines.add(found.states() + " states, over every order of the controllers' and the pods' steps");
        lines.add("");
        lines.add(String.format(Locale.ROOT, CLAIM, "claim", "number", "seen", ""));
        for (Answer answer : found.answers()) {
            if (answer.claim() != Claim.READY_AFTER_LOSS || setting.readinessLoss()) {
                lines.add(line(answer));
            }
        }
        Set<List<String>> shown = new HashSet<>();
        for (Answer answer : found.answers()) {
            if (!answer.holds()) {
                List<String> way = trace(setting, answer);
                String claim = "\"" + answer.claim().withNumber(setting) + "\" is false. ";
                lines.add("");
                if (shown.add(way)) {
                    lines.add(claim + "A shortest way there, " + (answer.trace().size() - 1) + " steps;");
                    lines.addAll(way);
                } else {
                    lines.add(claim + "The same way leads there.");
                }
            }
        }
        return lines;
    }

    private static String line(Answer answer) {
        String verdict = answer.holds() ? answer.isTight() ? "holds, tight" : "holds" : "FALSE";
        if (answer.claim() == Claim.REST) {
            return String.format(
                    Locale.ROOT, CLAIM, answer.claim().words(), "", "", answer.holds() ? "holds" : "FALSE");
        }
        return String.format(Locale.ROOT, CLAIM, answer.claim().words(), answer.bound(), answer.seen(), verdict);
    }

    /** A shortest way to a state that refutes a claim, step by step. */
    static List<String> trace(Setting setting, Answer answer) {
        int versions = setting.edit() == Edit.ROLLOVER ? 3 : 2;
        List<String> lines = new ArrayList<>();
        lines.add("for each ReplicaSet: asked for / available by its status / ready + not ready pods");
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "  %-56s", ""));
        for (int version = 0; version < versions; version++) {
            head.append(String.format(Locale.ROOT, " %-9s", Step.name(version)));
        }
        lines.add(head + " live  ready  terminating");
        int number = 0;
        for (Step step : answer.trace()) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%2d %-55s", number++, step.words()));
            for (int version = 0; version < versions; version++) {
                line.append(String.format(Locale.ROOT, " %-9s", set(step.after(), version)));
            }
            line.append(String.format(
                    Locale.ROOT,
                    " %4d  %5d  %11d",
                    State.live(step.after()),
                    State.ready(step.after()),
                    State.terminating(step.after())));
            lines.add(line.toString());
        }
        return lines;
    }

    private static String set(long state, int version) {
        if (!State.exists(state, version)) {
            return "-";
        }
        return State.spec(state, version) + "/" + State.says(state, version) + "/" + State.ready(state, version) + "+"
                + State.notReady(state, version);
    }
}
