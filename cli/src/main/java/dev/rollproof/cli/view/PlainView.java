// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Progress;
import java.io.PrintStream;
import java.util.Locale;

/** A line for each step forward: for logs, pipes and terminals that cannot redraw. */
public final class PlainView implements View {
    private final PrintStream out;
    private String last = "";

    public PlainView(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(Progress progress) {
        StringBuilder line = new StringBuilder(progress.status().line());
        for (Cause cause : Troubles.of(progress)) {
            line.append("; ").append(cause.reason());
        }
        if (!line.toString().equals(last)) {
            last = line.toString();
            out.println(
                    String.format(Locale.ROOT, "%6.1f s  %s", progress.elapsed().toMillis() / 1000.0, last));
        }
    }

    @Override
    public void finish() {
        last = "";
        out.flush();
    }
}
