// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.drive.Split.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Which weights the two Services have in each rule of a route that names both, by what they were before: the canary had 0.
 *
 * @param rules in the order of the route's
 */
record RouteWeights(List<Rule> rules) {
    /**
     * One rule as it was.
     *
     * @param stable the stable Service's weight
     * @param alone whether no other backend of the rule gets anything, so that the two can be weighed in percent; otherwise they
     *     divide that weight
     */
    record Rule(int stable, boolean alone) {
        Weights at(int percent) {
            if (percent == 0) {
                return new Weights(stable, 0);
            }
            int whole = alone ? 100 : stable;
            int canary = Math.toIntExact((long) whole * percent / 100);
            return new Weights(whole - canary, canary);
        }

        boolean canBeDividedAt(int percent) {
            return alone || (long) stable * percent % 100 == 0;
        }
    }

    RouteWeights {
        rules = List.copyOf(rules);
    }

    /** The weights that give the canary so many percent; those from before for 0. */
    List<Weights> at(int percent) {
        return rules.stream().map(rule -> rule.at(percent)).toList();
    }

    /** Which of some percentages such weights give the canary; empty where they are none of ours. */
    OptionalInt percentOf(List<Weights> weights, List<Integer> candidates) {
        return candidates.stream()
                .filter(percent -> at(percent).equals(weights))
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    /** Such as {@code 95/5}, rule by rule. */
    static String text(List<Weights> weights) {
        return weights.isEmpty()
                ? "none"
                : weights.stream().map(Weights::toString).collect(Collectors.joining(", "));
    }

    /** As plain trees, to be kept. */
    List<Map<String, Object>> script() {
        List<Map<String, Object>> trees = new ArrayList<>();
        for (Rule rule : rules) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("stable", rule.stable());
            tree.put("alone", rule.alone());
            trees.add(tree);
        }
        return trees;
    }

    static RouteWeights from(List<?> script) {
        return new RouteWeights(script.stream()
                .map(one -> (Map<?, ?>) one)
                .map(tree -> new Rule(
                        ((Number) Objects.requireNonNull(tree.get("stable"))).intValue(),
                        Boolean.TRUE.equals(tree.get("alone"))))
                .toList());
    }
}
