// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.check.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** One step of a driven rollout. A new kind is a new case, and a breaking change for exhaustive switches. */
public sealed interface Step {
    /** In a few words, such as {@code weight 25}. */
    String inWords();

    /**
     * So much of the traffic to the new version.
     *
     * @param percent from 1 to 100
     */
    record Weight(int percent) implements Step {
        /** @throws IllegalArgumentException if it is not from 1 to 100 */
        public Weight {
            if (percent < 1 || percent > 100) {
                throw new IllegalArgumentException("weight must be from 1 to 100 percent, was " + percent);
            }
        }

        @Override
        public String inWords() {
            return "weight " + percent;
        }
    }

    /** Waits for a time. */
    record Pause(Duration time) implements Step {
        /** @throws IllegalArgumentException if it is not positive */
        public Pause {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("pause must be positive, was " + time);
            }
        }

        @Override
        public String inWords() {
            return "pause of " + time.toSeconds() + " s";
        }
    }

    /** Waits until somebody promotes it, for as long as that takes. */
    record UntilPromoted() implements Step {
        @Override
        public String inWords() {
            return "pause until promoted";
        }
    }

    /** Waits for a check. */
    record Checked(Check check) implements Step {
        public Checked {
            Objects.requireNonNull(check, "check");
        }

        @Override
        public String inWords() {
            return "check " + check.name();
        }
    }

    /** The steps as plain trees; of a check the name is kept, its code is not. */
    static List<Map<String, Object>> script(List<Step> steps) {
        List<Map<String, Object>> trees = new ArrayList<>();
        for (Step step : steps) {
            Map<String, Object> tree = new LinkedHashMap<>();
            if (step instanceof Weight weight) {
                tree.put("weight", weight.percent());
            } else if (step instanceof Pause pause) {
                tree.put("pause", pause.time().toString());
            } else if (step instanceof Checked checked) {
                tree.put("check", checked.check().name());
            } else {
                tree.put("untilPromoted", true);
            }
            trees.add(tree);
        }
        return trees;
    }

    /** Checks are found again by their names, so each needs its own. */
    static List<Step> validated(List<Step> steps) {
        Set<String> names = new HashSet<>();
        for (Step step : steps) {
            if (step instanceof Checked checked && !names.add(checked.check().name())) {
                throw new IllegalArgumentException(
                        "two checks are named \"" + checked.check().name() + "\"; give each its own name");
            }
        }
        return List.copyOf(steps);
    }

    /**
     * Reads steps that were kept.
     *
     * @param checks the checks at hand, by name; one that is missing cannot be passed, only turned back from
     */
    static List<Step> from(List<?> script, Map<String, Check> checks) {
        List<Step> steps = new ArrayList<>();
        for (Object one : script) {
            Map<?, ?> tree = (Map<?, ?>) one;
            if (tree.get("weight") instanceof Number weight) {
                steps.add(new Weight(weight.intValue()));
            } else if (tree.get("pause") instanceof String pause) {
                steps.add(new Pause(Duration.parse(pause)));
            } else if (tree.get("check") instanceof String name) {
                Check check = checks.get(name);
                steps.add(new Checked(check != null ? check : missing(name)));
            } else {
                steps.add(new UntilPromoted());
            }
        }
        return List.copyOf(steps);
    }

    private static Check missing(String name) {
        return Check.measuring(name, context -> {
                    throw new IllegalStateException("the code of the check \"" + name
                            + "\" is not here; recover with the strategy that has it, to go on");
                })
                .consecutiveErrorLimit(0);
    }
}
