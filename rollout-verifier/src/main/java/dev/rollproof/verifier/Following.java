// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Judge;
import dev.rollproof.verifier.judge.Memory;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import dev.rollproof.verifier.promises.PromiseLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * One workload that is followed and judged, look by look. Everything is judged on the thread that looks; observations only
 * put their changes into a queue. It never waits: who looks does.
 */
final class Following implements AutoCloseable {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private final VerifierOptions options;
    private final Chronicle chronicle;
    private final Consumer<Change> onChange;

    /**
     * ReplicaSets and pods, by their uids, that the server told when it was asked, and no watch yet. If they go before a watch has told
     * of them, none tells of that either: one that begins again with a list tells what is missing of what it knew.
     */
    private final Set<String> onlyFoundByAsking = new HashSet<>();

    private final Sight sight;
    private final ConcurrentLinkedQueue<Change> queue = new ConcurrentLinkedQueue<>();
    private final Contact contact;
    private volatile boolean news;
    private Optional<Assessment> last = Optional.empty();
    private Optional<Instant> startedAt = Optional.empty();
    private Expectation expected;
    private Judge judge;
    private Memory memory = Memory.empty();
    private Instant lastContact;
    private boolean lookedSynced;

    /**
     * Begins to observe.
     *
     * @param onChange told of each change when it is taken into account, on the thread that looks
     * @param onArrival told of each change as it comes, on whatever thread brings it
     */
    Following(
            Cluster cluster,
            VerifierOptions options,
            Expectation expected,
            Chronicle chronicle,
            Consumer<Change> onChange,
            Consumer<Change> onArrival) {
        this.options = options;
        this.expected = expected;
        this.judge = judgeOf(expected);
        this.chronicle = chronicle;
        this.onChange = onChange;
        this.sight = new Sight(expected.workload().kind(), expected.workload().name());
        Time time = cluster.time();
        this.lastContact = time.now();
        boolean wakesForAll = onChange != Lookout.NOBODY;
        this.contact = Contact.open(cluster, expected, change -> {
            onArrival.accept(change);
            queue.add(change);
            if (wakesForAll || !isChatter(change.object())) {
                news = true;
                time.wakeUp();
            }
        });
    }

    /** Half of what is observed are events that say that all goes well, or why a container was ended that shows it itself: nobody has to look again for them. */
    private static boolean isChatter(ObservedObject object) {
        return object instanceof ObservedEvent event && !event.isWarning();
    }

    /** The timeline counts from here; what was observed before stands at its start. */
    void begin(Expectation value, Instant at) {
        expect(value);
        startedAt = Optional.of(at);
        lastContact = at.isAfter(lastContact) ? at : lastContact;
    }

    private Duration elapsed(Instant at) {
        return startedAt.map(since -> Duration.between(since, at)).orElse(Duration.ZERO);
    }

    /** The change comes next: takes what is there in. */
    void awaitChange(Instant at) {
        takeChanges(at);
    }

    /** The same, and tells a ledger of promises what of it cannot be seen. */
    void awaitChange(Instant at, PromiseLedger ledger) {
        takeChanges(at);
        Optional<ClusterException> hidden = contact.workloadHidden();
        if (!contact.workloadSynced()) {
            ledger.beginUnseen("the Deployment could not be observed before the change"
                    + hidden.or(contact::trouble)
                            .map(why -> ": " + why.getMessage())
                            .orElse(""));
            return;
        }
        contact.tellUnobserved(ledger);
        ledger.begin();
    }

    /** Whether something but a missing right keeps it from seeing anything yet. */
    boolean isInTrouble() {
        return contact.trouble().isPresent() || contact.workloadHidden().isPresent();
    }

    private Judge judgeOf(Expectation expectation) {
        return new Judge(expectation, options.patience(), options.stableFor(), options.waitForOldPods());
    }

    /** From now on something else is expected of the same workload; what was held against the pods is forgotten. */
    void expect(Expectation value) {
        boolean otherPods =
                !value.template().equals(expected.template()) || !value.uid().equals(expected.uid());
        expected = value;
        judge = judgeOf(value);
        last = Optional.empty();
        if (otherPods) {
            memory = Memory.empty();
        }
    }

    Expectation expected() {
        return expected;
    }

    /** Takes what was observed up to now, and judges it. */
    Assessment look(Instant at) {
        // Asked first: what was told until then is in the queue, and what comes in between is not missed.
        boolean synced = contact.synced();
        boolean changed = takeChanges(at) || synced != lookedSynced;
        lookedSynced = synced;
        changed |= sight.seesReplicaSets(!contact.replicaSetsHidden());
        changed |= sight.seesPods(!contact.podsHidden());
        if (!changed && last.filter(known -> isStillTrue(known, at)).isPresent()) {
            return last.get();
        }
        Assessment assessment =
                lookedSynced ? judged(at) : waiting("waiting for a first look at the cluster", Optional.empty());
        memory = assessment.memory();
        last = Optional.of(assessment);
        return assessment;
    }

    /** Of the same sight the judge says the same, until the time that it named itself. */
    private static boolean isStillTrue(Assessment known, Instant at) {
        return known.recheckAt().filter(recheck -> !at.isBefore(recheck)).isEmpty();
    }

    /**
     * Judges what is in sight. That the workload is gone is believed only when the server itself says so: the list with which
     * an observation begins may come from a cache that has not heard of it yet.
     */
    private Assessment judged(Instant at) {
        Assessment assessment = judge.next(memory, sight.snapshot(), at);
        if (!(assessment.status() instanceof Status.Deleted)) {
            return assessment;
        }
        try {
            return contact.lookAtWorkload(sight, expected, onChange)
                    ? judge.next(memory, sight.snapshot(), at)
                    : assessment;
        } catch (ClusterException failed) {
            return failed.reason().isTransient()
                    ? waiting(
                            "asking whether the " + expected.workload().kind() + " is gone",
                            Optional.of(at.plus(ASK_AGAIN)))
                    : assessment;
        }
    }

    private Assessment waiting(String line, Optional<Instant> recheckAt) {
        return new Assessment(memory, new Status.Progressing(line, List.of()), recheckAt);
    }

    /** Returns whether any of it may be judged by. */
    private boolean takeChanges(Instant at) {
        news = false;
        boolean changed = false;
        for (Change change = queue.poll(); change != null; change = queue.poll()) {
            boolean deleted = change.type() == Change.Type.DELETED;
            sight.accept(change.object(), deleted);
            chronicle.observed(elapsed(at), change.object(), deleted);
            lastContact = at;
            onlyFoundByAsking.remove(change.object().metadata().uid());
            onChange.accept(change);
            changed |= !isChatter(change.object());
        }
        return changed;
    }

    private void foundByAsking(Change change) {
        String uid = change.object().metadata().uid();
        if (change.type() == Change.Type.ADDED && !(change.object() instanceof ObservedWorkload)) {
            onlyFoundByAsking.add(uid);
        } else if (change.type() == Change.Type.DELETED) {
            onlyFoundByAsking.remove(uid);
        }
        onChange.accept(change);
    }

    boolean synced() {
        return contact.synced();
    }

    Snapshot snapshot() {
        return sight.snapshot();
    }

    boolean hasNews() {
        return news
                || !lookedSynced && contact.synced()
                || contact.workloadHidden().isPresent();
    }

    List<String> unseen() {
        return contact.unseen();
    }

    /** When to ask the server directly if nothing is heard until then, or nothing of what was found so the last time. */
    Instant nextLook() {
        if (!onlyFoundByAsking.isEmpty() && contact.lastLook().isPresent()) {
            return contact.lastLook().get().plus(options.watchdog());
        }
        Instant heard = contact.lastHeard().filter(lastContact::isBefore).orElse(lastContact);
        Instant since = contact.lastLook().filter(heard::isBefore).orElse(heard);
        return since.plus(options.watchdog());
    }

    /** From when on the cluster counts as out of reach: a quiet one that sends bookmarks does not. */
    Instant outOfReachAt() {
        Instant heard = contact.lastHeard().filter(lastContact::isBefore).orElse(lastContact);
        return heard.plus(options.unreachable());
    }

    /** Which right is missing without which there is nothing to judge. */
    Optional<String> notAllowed() {
        return contact.workloadHidden().map(refused -> "a right is missing: " + refused.getMessage());
    }

    String outOfReach() {
        String why =
                contact.trouble().map(trouble -> ": " + trouble.getMessage()).orElse("");
        return "the cluster could not be reached for " + options.unreachable().toSeconds() + " s" + why;
    }

    /** The watches are silent: asks the server itself. Returns whether that told something new. */
    boolean lookDirectly(Instant at) {
        Duration elapsed = elapsed(at);
        boolean found = ask(at);
        if (found) {
            chronicle.note(
                    elapsed,
                    "rollout",
                    "watchdog",
                    "the watches were silent while the cluster changed; it was asked directly at " + elapsed.toSeconds()
                            + " s");
        }
        return found;
    }

    /** Asks the server itself. Returns whether that told something new; that it gives no answer is noted. */
    boolean ask(Instant at) {
        try {
            boolean found = contact.look(sight, expected, at, this::foundByAsking);
            lastContact = at;
            last = Optional.empty();
            return found;
        } catch (ClusterException failed) {
            chronicle.note(elapsed(at), "rollout", "contact", "no contact: " + failed.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        contact.close();
    }
}
