// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws each picture over the one before, with ANSI's cursor movements; several rollouts one below the other. */
public final class TerminalView implements View {
    private static final String CLEAR_BELOW = "\u001b[J";

    private final PrintStream out;
    private final int columns;
    private final Runnable pause;
    private int drawn;
    private final Duration every;
    private final Map<ObjectRef, List<String>> last = new LinkedHashMap<>();
    private Duration lastAt = Duration.ZERO;

    /**
     * @param columns the terminal's width; longer lines are cut, so that the cursor finds its way back
     * @param every the least time of the rollout between two pictures; the last one is drawn in any case
     * @param pause what to do after each picture, so that a person can follow
     */
    public TerminalView(PrintStream out, int columns, Duration every, Runnable pause) {
        this.out = out;
        this.columns = columns;
        this.every = every;
        this.pause = pause;
    }

    @Override
    public void accept(Progress progress) {
        List<String> frame = Frame.of(progress);
        boolean tooSoon = drawn > 0
                && !progress.status().isFinal()
                && progress.elapsed().minus(lastAt).compareTo(every) < 0;
        if (frame.isEmpty() || frame.equals(last.get(progress.workload())) || tooSoon) {
            return;
        }
        last.put(progress.workload(), frame);
        lastAt = progress.elapsed();
        StringBuilder picture = new StringBuilder();
        if (drawn > 0) {
            picture.append("\u001b[").append(drawn).append("A").append('\r').append(CLEAR_BELOW);
        }
        drawn = 0;
        for (List<String> each : last.values()) {
            for (String line : each) {
                picture.append(line.length() <= columns ? line : line.substring(0, columns))
                        .append('\n');
            }
            drawn += each.size();
        }
        out.print(picture);
        out.flush();
        pause.run();
    }

    @Override
    public void finish() {
        drawn = 0;
        last.clear();
        lastAt = Duration.ZERO;
        out.flush();
    }
}
