// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.verifier.promises.Finding.Sighting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The most or the least of a number, with each event that set a new record. Whatever bound is asked for later, the first event
 * beyond it is among them: so the stream can be looked at before another stream has told what the bound is.
 */
record Extreme(boolean most, List<Sighting> records) {
    static Extreme of(boolean most) {
        return new Extreme(most, List.of());
    }

    Extreme see(int number, IntFunction<Sighting> sighting) {
        if (!records.isEmpty() && (most ? number <= seen() : number >= seen())) {
            return this;
        }
        List<Sighting> more = new ArrayList<>(records);
        more.add(sighting.apply(number));
        return new Extreme(most, List.copyOf(more));
    }

    /** Without what was seen after a time; the first record, from before the change, stays. */
    Extreme without(Duration after) {
        List<Sighting> fewer = new ArrayList<>(records);
        while (fewer.size() > 1 && fewer.get(fewer.size() - 1).at().compareTo(after) > 0) {
            fewer.remove(fewer.size() - 1);
        }
        return fewer.size() == records.size() ? this : new Extreme(most, List.copyOf(fewer));
    }

    /** The record itself; 0 where nothing was seen. */
    int seen() {
        return records.isEmpty() ? 0 : records.get(records.size() - 1).seen();
    }

    Optional<Sighting> firstBeyond(Promise promise, int bound) {
        for (Sighting sighting : records) {
            if (promise.brokenBy(sighting.seen(), bound)) {
                return Optional.of(sighting);
            }
        }
        return Optional.empty();
    }
}
