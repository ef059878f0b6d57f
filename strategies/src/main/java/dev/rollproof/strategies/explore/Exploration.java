// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import java.util.List;

/**
 * What was found.
 *
 * @param states how many there are
 * @param answers one for each claim
 */
public record Exploration(Setting setting, int states, List<Answer> answers) {
    /**
     * Whether a claim is true.
     *
     * @param bound its number
     * @param seen the most or the least that any state shows
     * @param trace a shortest way to a state that refutes it; empty where the claim holds
     */
    public record Answer(Claim claim, int bound, int seen, List<Step> trace) {
        public Answer {
            trace = List.copyOf(trace);
        }

        public boolean holds() {
            return trace.isEmpty();
        }

        /** Whether it holds and its number is reached. */
        public boolean isTight() {
            return holds() && seen == bound;
        }
    }

    public Exploration {
        answers = List.copyOf(answers);
    }

    public Answer of(Claim claim) {
        return answers.stream()
                .filter(answer -> answer.claim() == claim)
                .findFirst()
                .orElseThrow();
    }
}
