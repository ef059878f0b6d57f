// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.verifier.promises.PromiseBook;
import dev.rollproof.verifier.promises.PromiseReport;
import dev.rollproof.verifier.recording.Recording;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What became of the promises of a rollout that was recorded. Where a verification was recorded, the recording says when the change
 * was made. Where something else was, the change is seen in the Deployment, and other kinds may have told of it earlier: then it
 * counts from the last moment of rest, if that was not long before. Pure.
 */
final class RecordedPromises {
    /** How much earlier than the Deployment's own watch another one was seen to tell of a change, with room. */
    private static final Duration AHEAD = Duration.ofSeconds(2);

    private final List<Recording.Entry> entries;
    private PromiseBook book;
    private int next;

    private RecordedPromises(Recording recording, ObjectRef deployment) {
        this.entries = recording.entries();
        this.book = PromiseBook.of(deployment);
    }

    /**
     * @param begin when the verification began, where it was recorded
     * @param from else the time up to which the change was made
     * @param until the verdict's time
     */
    static PromiseReport of(
            Recording recording, ObjectRef deployment, Optional<Recording.Begin> begin, Duration from, Duration until) {
        RecordedPromises recorded = new RecordedPromises(recording, deployment);
        if (begin.isPresent()) {
            recorded.takeBefore(begin.get().index());
        } else {
            OptionalInt change = recorded.lastChange(deployment, from);
            if (change.isEmpty()) {
                return recorded.book
                        .beginUnseen("the recording does not show the change of the template")
                        .report();
            }
            recorded.takeToRestBefore(change.getAsInt());
        }
        recorded.begin(until);
        return recorded.book.report();
    }

    private void takeBefore(int index) {
        while (next < index) {
            take(Duration.ZERO);
        }
    }

    private void take(Duration at) {
        Recording.Entry entry = entries.get(next++);
        // A recording does not say what a list told: there only versions that go back tell it.
        book = book.next(at, entry.object(), entry.type() == Change.Type.DELETED, false);
    }

    /** Which entry told of the change that is being judged; empty where none did. */
    private OptionalInt lastChange(ObjectRef deployment, Duration from) {
        OptionalInt last = OptionalInt.empty();
        Optional<PodTemplate> known = Optional.empty();
        for (int i = 0; i < entries.size() && entries.get(i).at().compareTo(from) <= 0; i++) {
            if (entries.get(i).object() instanceof ObservedDeployment d
                    && d.ref().equals(deployment)) {
                if (known.isPresent() && !known.get().equals(d.template())) {
                    last = OptionalInt.of(i);
                }
                known = Optional.of(d.template());
            }
        }
        return last;
    }

    private void takeToRestBefore(int change) {
        int restBefore = change;
        PromiseBook atRest = book;
        while (next < change) {
            take(Duration.ZERO);
            if (book.restless().isEmpty()) {
                atRest = book;
                restBefore = next;
            }
        }
        Duration told = change < entries.size() ? entries.get(change).at() : Duration.ZERO;
        if (restBefore < change && entries.get(restBefore).at().compareTo(told.minus(AHEAD)) >= 0) {
            book = atRest;
            next = restBefore;
        }
    }

    private void begin(Duration until) {
        book = book.begin();
        Duration begun = next < entries.size() ? entries.get(next).at() : Duration.ZERO;
        while (next < entries.size() && entries.get(next).at().compareTo(until) <= 0) {
            take(entries.get(next).at().minus(begun));
        }
    }
}
