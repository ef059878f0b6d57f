// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Explores a rolling update breadth first: every order in which the syncs of the Deployment controller and the ReplicaSet
 * controller, pods that become ready and pods that are gone can follow one another. The first state that refutes a claim is
 * therefore at the end of a shortest way.
 *
 * <p>Not modelled: stale caches of the controllers beyond the statuses, lost nodes, evictions, autoscalers.
 */
public final class Explorer {
    /** States that are explored unless told otherwise: some seconds, and some hundred megabytes. */
    public static final int DEFAULT_LIMIT = 5_000_000;

    private Explorer() {}

    /** Explores with the default limit. */
    public static Exploration explore(Setting setting) {
        return explore(setting, DEFAULT_LIMIT);
    }

    /**
     * Explores everything.
     *
     * @param limit the most states to look at
     * @throws TooManyStatesException if there are more
     */
    public static Exploration explore(Setting setting, int limit) {
        Moves moves = new Moves(setting);
        StateSet found = new StateSet();
        found.add(State.start(setting.replicas()), -1, 0);
        Claim[] claims = Claim.values();
        int[] extremes = new int[claims.length];
        int[] refuted = new int[claims.length];
        for (int i = 0; i < claims.length; i++) {
            extremes[i] = claims[i].seen(found.state(0), setting, false);
            refuted[i] = -1;
        }
        for (int index = 0; index < found.size(); index++) {
            long state = found.state(index);
            boolean rests = true;
            for (int move = 0; move < Moves.COUNT; move++) {
                long next = moves.after(state, move);
                if (next != state) {
                    rests &= !Moves.isOwn(move);
                    if (found.add(next, index, move) && found.size() > limit) {
                        throw new TooManyStatesException(setting, limit);
                    }
                }
            }
            for (int i = 0; i < claims.length; i++) {
                Claim claim = claims[i];
                int seen = claim.seen(state, setting, rests);
                int bound = claim.bound(setting);
                extremes[i] = claim.isUpper() ? Math.max(extremes[i], seen) : Math.min(extremes[i], seen);
                if (refuted[i] < 0 && (claim.isUpper() ? seen > bound : seen < bound)) {
                    refuted[i] = index;
                }
            }
        }
        List<Exploration.Answer> answers = new ArrayList<>();
        for (int i = 0; i < claims.length; i++) {
            answers.add(new Exploration.Answer(
                    claims[i],
                    claims[i].bound(setting),
                    extremes[i],
                    refuted[i] < 0 ? List.of() : trace(found, refuted[i])));
        }
        return new Exploration(setting, found.size(), answers);
    }

    private static List<Step> trace(StateSet found, int last) {
        List<Step> steps = new ArrayList<>();
        for (int index = last; index >= 0; index = found.parent(index)) {
            long before = index == 0 ? found.state(0) : found.state(found.parent(index));
            steps.add(new Step(index == 0 ? -1 : found.move(index), before, found.state(index)));
        }
        Collections.reverse(steps);
        return steps;
    }
}
