// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.promises.Promise.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A {@link PromiseBook} that observations write into, each on its own thread: for whoever observes the Deployment, its ReplicaSets
 * and pods anyway, from before the change on. {@link PromiseWatch} is for those who do not. Safe to use from several threads.
 */
public final class PromiseLedger implements Consumer<Change> {
    private final Time time;
    private PromiseBook book;
    private Optional<Instant> begunAt = Optional.empty();

    public PromiseLedger(Time time, ObjectRef deployment) {
        this.time = time;
        this.book = PromiseBook.of(deployment);
    }

    /** Writes an event down, as of now. Objects that do not belong to the Deployment are passed over. */
    @Override
    public void accept(Change change) {
        Instant now = time.now();
        boolean opening;
        synchronized (this) {
            Duration at = begunAt.map(begun -> Duration.between(begun, now)).orElse(Duration.ZERO);
            book = book.next(at, change.object(), change.type() == Change.Type.DELETED, change.listed());
            opening = begunAt.isEmpty();
        }
        if (opening) {
            time.wakeUp();
        }
    }

    /** Notes that a kind could not be observed, and why, if its observation does not know yet what there is. */
    public void lookFor(Kind kind, Observation observation) {
        // Asked without the lock: observations have their own, and write here while they hold it.
        if (!observation.synced()) {
            String why = observation
                    .trouble()
                    .map(trouble -> ": " + trouble.getMessage())
                    .orElse("");
            without(kind, "the " + kind.plural() + " could not be observed" + why);
        }
    }

    private synchronized void without(Kind kind, String why) {
        book = book.without(kind, why);
    }

    /** The change comes next. Times in the report count from here. */
    public synchronized void begin() {
        book = book.begin();
        begunAt = Optional.of(time.now());
    }

    /** The change comes next, and what it meets could not be seen: nothing is promised then. */
    public synchronized void beginUnseen(String why) {
        book = book.beginUnseen(why);
        begunAt = Optional.of(time.now());
    }

    /** What a change would not find at rest, in one clause; empty where it would find everything so. */
    public synchronized Optional<String> restless() {
        return book.restless();
    }

    /** Whether the Deployment says of itself that it is at rest, so that what is not may only be seen late. */
    public synchronized boolean saysItIsAtRest() {
        return book.saysItIsAtRest();
    }

    /** What became of the promises so far. */
    public synchronized PromiseReport report() {
        return book.report();
    }
}
