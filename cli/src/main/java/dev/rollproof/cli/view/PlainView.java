// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.view;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Progress;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A line for each step forward, of which rollout if there are several: for logs, pipes and terminals that cannot redraw. */
public final class PlainView implements View {
    private final PrintStream out;
    private final boolean several;
    private final Map<ObjectRef, String> last = new HashMap<>();

    public PlainView(PrintStream out, boolean several) {
        this.out = out;
        this.several = several;
    }

    @Override
    public void accept(Progress progress) {
        StringBuilder line = new StringBuilder(progress.status().line());
        for (Cause cause : Troubles.of(progress)) {
            line.append("; ").append(cause.reason());
        }
        if (!line.toString().equals(last.put(progress.workload(), line.toString()))) {
            String whose = several ? progress.workload() + ": " : "";
            out.println(String.format(
                    Locale.ROOT, "%6.1f s  %s%s", progress.elapsed().toMillis() / 1000.0, whose, line));
        }
    }

    @Override
    public void finish() {
        last.clear();
        out.flush();
    }
}
