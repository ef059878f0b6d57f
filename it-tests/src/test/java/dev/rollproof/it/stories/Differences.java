// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.stories;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What may differ: the table in {@code docs/simulation.md}. */
record Differences(Set<String> onlyReal, Set<String> onlySimulated) {
    private static final Path PAGE = Path.of("../docs/simulation.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (real|simulated) \\| `([^`]+)` \\| \\S.* \\|$");

    static Differences listed() throws IOException {
        String page = Files.readString(PAGE);
        return new Differences(only("real", page), only("simulated", page));
    }

    private static Set<String> only(String side, String page) {
        return ROW.matcher(page)
                .results()
                .filter(row -> row.group(1).equals(side))
                .map(row -> row.group(2))
                .collect(Collectors.toSet());
    }

    boolean mayBeOnlyReal(String fact) {
        return onlyReal.contains(fact);
    }

    boolean mayBeOnlySimulated(String fact) {
        return onlySimulated.contains(fact);
    }
}
