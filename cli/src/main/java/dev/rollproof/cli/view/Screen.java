// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/** Where the command prints, and what that can show. */
public final class Screen {
    private static final int USUAL_COLUMNS = 100;

    private Screen() {}

    /**
     * A view that fits: redrawn in a terminal, plain lines everywhere else.
     *
     * @param several whether the rollouts of several workloads are shown at once
     * @param every the least time of the rollout between two pictures
     * @param pause what to do after each picture
     */
    public static View viewOn(
            PrintStream out,
            boolean isTerminal,
            Map<String, String> environment,
            boolean several,
            Duration every,
            Runnable pause) {
        return isTerminal && !"dumb".equals(environment.get("TERM"))
                ? new TerminalView(out, columns(environment), every, pause)
                : new PlainView(out, several);
    }

    private static int columns(Map<String, String> environment) {
        try {
            return Math.max(40, Integer.parseInt(environment.getOrDefault("COLUMNS", "" + USUAL_COLUMNS)));
        } catch (NumberFormatException noNumber) {
            return USUAL_COLUMNS;
        }
    }
}
