// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.check.CheckContext;
import dev.rollproof.strategies.check.CheckRun;
import dev.rollproof.strategies.check.Measurement;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Lookout;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one loop for all driven strategies: observe, judge, decide, act, wait. It knows no strategy. At most one write for one
 * decision; a new state is written, with the change of the keeper that belongs to it, before anything is done under it. So
 * whoever finds the state can go on, wherever the one before stopped.
 *
 * <p>For one thread and one rollout.
 */
public final class Driver<P extends Enum<P>> {
    /** Where something is new each time it is asked for, the last word is as good as the next. */
    private static final int ASKS = 3;

    /** Whoever drove before writes once in a while; to be faster than he once is enough. */
    private static final int TAKE_OVERS = 10;

    /** Beside what the strategy keeps. */
    private static final String OWNERS = "owners";

    private final Cluster cluster;
    private final Time time;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Play<P> play;
    private final String name;
    private final Keeper keeper;
    private final FencedWrites writes;
    private final Lookout lookout;
    private final Set<ObjectRef> seenOnce = new HashSet<>();

    /** What was written without an answer: whether it was stored, and as what, is not known. */
    private final Set<ObjectRef> unanswered = new HashSet<>();

    private final Instant drivenSince;
    /** Objects to which the driver before may still write. */
    private final Set<ObjectRef> unclaimed = new HashSet<>();

    private Map<ObjectRef, Side> before = Map.of();
    private boolean following;
    private boolean over;
    private State<P> state;
    private Optional<CheckRun> check = Optional.empty();
    private Optional<String> refused = Optional.empty();
    private Owners owners = Owners.nobody();
    private Optional<Instant> troubleSince = Optional.empty();
    private int racesInARow;
    private int asksInARow;
    private String line = "";
    private Snapshot seenAroundKeeper = new Snapshot(Optional.empty(), List.of(), List.of(), List.of(), true, true);

    private Driver(
            Cluster cluster,
            VerifierOptions options,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange,
            Play<P> play) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.options = options;
        this.onProgress = onProgress;
        this.play = play;
        this.name = "rollproof-" + UUID.randomUUID().toString().substring(0, 8);
        this.keeper = new Keeper(cluster, play.keeper(), name, options.unreachable());
        this.writes = new FencedWrites(cluster, keeper, name);
        this.drivenSince = time.now();
        this.lookout = Lookout.on(cluster, options, onChange);
        this.state = play.first(drivenSince).next();
    }

    /**
     * Begins a rollout and drives it to its end.
     *
     * @param read the Deployment that is to keep the state, as it was read
     * @param wanted the same, as the server says that it would be had the new version been applied
     * @throws NotBegunException if the server, or somebody who wrote meanwhile, kept it from beginning
     */
    public static <P extends Enum<P>> Verdict begin(
            Cluster cluster,
            VerifierOptions options,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange,
            Deployment read,
            Deployment wanted,
            Play<P> play)
            throws InterruptedException, NotBegunException {
        Driver<P> driver = new Driver<>(cluster, options, onProgress, onChange, play);
        return driver.driving(() -> {
            try {
                Decision<P> first = play.first(driver.time.now());
                driver.state = first.next();
                driver.owners = Owners.of(read, wanted, driver.writes.existing(driver.others()));
                Map<String, Object> script = new LinkedHashMap<>(play.script());
                script.put(OWNERS, driver.owners.script());
                driver.keeper.begin(read, Models.toJson(script), first.next(), driver.fieldsOfKeeper(first));
            } catch (ClusterException refused) {
                throw new NotBegunException(refused);
            }
        });
    }

    /**
     * Takes a rollout over that another driver began, and drives it to its end: the new version's, or, told so, the old one's.
     */
    public static <P extends Enum<P>> Verdict resume(
            Cluster cluster,
            VerifierOptions options,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange,
            Deployment read,
            Play<P> play,
            boolean back)
            throws InterruptedException {
        Driver<P> driver = new Driver<>(cluster, options, onProgress, onChange, play);
        return driver.driving(() -> {
            driver.owners =
                    Owners.from(DriveMarks.script(read).map(Models::parseJson).map(script -> script.get(OWNERS)));
            driver.takeOver(read, back);
            driver.unclaimed.addAll(driver.others());
            driver.note("goes on where the driver before stopped: " + driver.state.phase() + ", step "
                    + driver.state.step());
        });
    }

    /** The driver before may be alive, and write on until it is stopped. */
    private void takeOver(Deployment read, boolean back) throws InterruptedException {
        Deployment kept = read;
        for (int i = 1; ; i++) {
            String stored = Annotations.of(kept).getOrDefault(Keeper.STATE, "");
            state = StateText.state(stored, play.phases());
            Optional<Command> command =
                    back ? Optional.of(new Command(Command.Verb.ABORT, state.step())) : Optional.empty();
            try {
                keeper.takeOver(kept, state, command);
                return;
            } catch (LostException raced) {
                kept = keeper.current();
                if (i >= TAKE_OVERS || DriveMarks.driver(kept).isEmpty()) {
                    throw raced;
                }
            }
        }
    }

    /** What is done before anything is looked at; once it has written, trouble is no longer the caller's. */
    private interface Start<E extends Exception> {
        void begin() throws E, InterruptedException;
    }

    private <E extends Exception> Verdict driving(Start<E> start) throws E, InterruptedException {
        try (lookout) {
            try {
                start.begin();
                return run();
            } catch (LostException lost) {
                Evidence evidence = evidence(time.now(), String.valueOf(lost.getMessage()), List.of());
                return lost.deleted() ? new Verdict.Deleted(evidence) : new Verdict.Superseded(evidence);
            }
        }
    }

    /** All objects but the keeper. */
    private List<ObjectRef> others() {
        List<ObjectRef> others = new ArrayList<>();
        play.participants().stream()
                .map(Play.Participant::ref)
                .filter(ref -> !ref.equals(play.keeper()))
                .forEach(others::add);
        others.addAll(play.services());
        play.split().map(Split::route).ifPresent(others::add);
        return others;
    }

    /** Until this is done nothing is decided: who drove before may still write, and nobody knows what to expect. */
    private void prepare() {
        for (ObjectRef ref : List.copyOf(unclaimed)) {
            writes.claim(ref);
            unclaimed.remove(ref);
        }
        if (!following) {
            follow();
            following = true;
        }
    }

    private void follow() {
        for (Play.Participant participant : play.participants()) {
            ObjectRef ref = participant.ref();
            lookout.expect(stored(ref)
                    .map(stored -> play.expected(state, stored))
                    .orElseGet(() -> new Expectation(ref, "", 0, participant.labelSelector(), PodTemplate.from(null))));
        }
    }

    private Verdict run() throws InterruptedException {
        while (true) {
            Instant at = time.now();
            Optional<String> outOfReach = lookout.outOfReach(at)
                    .or(() -> troubleSince
                            .filter(since -> !at.isBefore(since.plus(options.unreachable())))
                            .map(since -> "the cluster has answered no write since " + since));
            if (outOfReach.isPresent()) {
                return new Verdict.Unreachable(evidence(at, outOfReach.get(), List.of()));
            }
            try {
                if (over) {
                    return end(at);
                }
                prepare();
                Seen seen = see(at);
                if (!lookout.synced()) {
                    lookout.await(Optional.empty());
                    continue;
                }
                Decision<P> decision = play.next(state, seen, at);
                tell(at, decision);
                if (decision.over()) {
                    // From now on only what is left of it is taken away, however often the server gives no answer.
                    over = true;
                    continue;
                }
                if (!act(decision, at)) {
                    lookout.await(decision.recheckAt());
                }
                troubleSince = Optional.empty();
                racesInARow = 0;
            } catch (LateAnswerException late) {
                if (!late.stored().isEmpty()) {
                    moveTo(StateText.state(late.stored(), play.phases()));
                }
                following = false;
                over = false;
            } catch (ClusterException failed) {
                endure(failed, at);
            }
        }
    }

    /** What was measured and refused before belongs to the state that is left. */
    private void moveTo(State<P> next) {
        if (!next.equals(state)) {
            check = Optional.empty();
            refused = Optional.empty();
        }
        state = next;
    }

    private Seen see(Instant at) {
        for (ObjectRef ref : Set.copyOf(unanswered)) {
            stored(ref).ifPresent(this::expectAnew);
            unanswered.remove(ref);
        }
        Map<ObjectRef, Side> sides = new HashMap<>();
        Optional<Command> command = Optional.empty();
        for (Play.Participant participant : play.participants()) {
            ObjectRef ref = participant.ref();
            Lookout.Look look = lookout.look(ref, at);
            if (!ref.equals(play.keeper()) && isAnother(look, ref)) {
                // Older than what is expected, or somebody put it there in the place of it: the server knows.
                stored(ref).ifPresent(this::expectAnew);
                look = lookout.look(ref, at);
            }
            Expectation expected = lookout.expected(ref);
            Optional<ObservedDeployment> deployment = look.seen().deployment();
            if (deployment.isPresent() && !isAnother(look, ref)) {
                seenOnce.add(ref);
            }
            Side side = Side.of(expected, look.seen(), look.status(), seenOnce.contains(ref), at)
                    .after(before.get(ref));
            sides.put(ref, side);
            if (ref.equals(play.keeper())) {
                seenAroundKeeper = look.seen();
            }
            if (ref.equals(play.keeper()) && deployment.isPresent()) {
                Map<String, String> annotations = deployment.get().metadata().annotations();
                if (!keeper.isLast(annotations.getOrDefault(Keeper.STATE, ""))) {
                    keeper.mine();
                }
                command = Optional.ofNullable(annotations.get(Keeper.COMMAND)).flatMap(Command::from);
            }
        }
        before = Map.copyOf(sides);
        Side kept = sides.get(play.keeper());
        if (kept != null && kept.fresh() && !kept.exists()) {
            keeper.mine();
        }
        Map<ObjectRef, Map<String, String>> selectors = new HashMap<>();
        for (ObjectRef service : play.services()) {
            cluster.get(Service.class, service.namespace(), service.name())
                    .ifPresent(
                            found -> selectors.put(service, Observed.from(found).selector()));
        }
        return new Seen(
                sides,
                selectors,
                play.split().map(this::weights).orElse(List.of()),
                check,
                command,
                refused,
                drivenSince);
    }

    private boolean isAnother(Lookout.Look look, ObjectRef ref) {
        return look.seen()
                .deployment()
                .filter(seen ->
                        !seen.metadata().uid().equals(lookout.expected(ref).uid()))
                .isPresent();
    }

    private Optional<Deployment> stored(ObjectRef ref) {
        return cluster.get(Deployment.class, ref.namespace(), ref.name());
    }

    private List<Split.Weights> weights(Split split) {
        return cluster.get(
                        HTTPRoute.class,
                        split.route().namespace(),
                        split.route().name())
                .map(split::weights)
                .orElse(List.of());
    }

    /** Returns whether anything was done; then what is seen is to be looked at anew. */
    private boolean act(Decision<P> decision, Instant at) throws InterruptedException {
        // Watches may be late, or silent: users are not sent to where pods were ready a moment ago.
        if (decision.action().filter(Action::movesUsers).isPresent() && asksInARow++ < ASKS && lookout.ask()) {
            return true;
        }
        asksInARow = 0;
        boolean moves = !decision.next().equals(state);
        Map<String, @Nullable Object> fields = fieldsOfKeeper(decision);
        if (moves || !fields.isEmpty()) {
            if (moves && decision.action().isPresent() && fields.isEmpty()) {
                throw new IllegalStateException(
                        "a state is written before anything is done under it: " + state + " to " + decision);
            }
            Deployment kept = keeper.advance(decision.next(), fields);
            lookout.expect(play.expected(decision.next(), kept));
            moveTo(decision.next());
            return true;
        }
        if (decision.action().isEmpty()) {
            return false;
        }
        return perform(decision.action().get(), at);
    }

    private Map<String, @Nullable Object> fieldsOfKeeper(Decision<P> decision) {
        return decision.action()
                .filter(action -> action instanceof Action.Change change
                        && change.object().equals(play.keeper()))
                .map(action -> ((Action.Change) action).fields())
                .orElse(Map.of());
    }

    /** Returns whether there was anything to do: what is seen may be older than what is there, and news of it is waited for then. */
    private boolean perform(Action action, Instant at) {
        if (action instanceof Action.Create create) {
            Deployment manifest = create.manifest();
            expectAnew(answered(Observed.from(manifest).ref(), () -> writes.create(manifest)));
            return true;
        }
        if (action instanceof Action.Change change) {
            Optional<HasMetadata> changed =
                    answered(change.object(), () -> writes.change(change.object(), change.fields()));
            changed.filter(Deployment.class::isInstance)
                    .map(Deployment.class::cast)
                    .ifPresent(this::expectAnew);
            return changed.isPresent();
        }
        if (action instanceof Action.Weigh weigh) {
            return writes.weigh(weigh.split(), weigh.weights());
        }
        if (action instanceof Action.Remove remove) {
            boolean removed = writes.remove(remove.object());
            Expectation gone = lookout.expected(remove.object());
            lookout.expect(new Expectation(gone.workload(), "", 0, gone.labelSelector(), gone.template()));
            seenOnce.remove(remove.object());
            return removed;
        }
        Check asked = ((Action.Measure) action).check();
        CheckRun run = check.orElseGet(() -> CheckRun.begin(asked.limits(), at));
        check = Optional.of(run.nextAt().isAfter(at) ? run : run.measured(measured(asked), time.now()));
        note("check " + asked.name() + ": " + check.get().line());
        return true;
    }

    /** Sends a write, and remembers the Deployment if there is no answer. */
    private <T> T answered(ObjectRef ref, Supplier<T> write) {
        if (ref.kind().equals("Deployment")) {
            unanswered.add(ref);
        }
        T answer = write.get();
        unanswered.remove(ref);
        return answer;
    }

    private void expectAnew(Deployment written) {
        Expectation expected = play.expected(state, written);
        if (!expected.uid().equals(lookout.expected(expected.workload()).uid())) {
            seenOnce.remove(expected.workload());
        }
        lookout.expect(expected);
    }

    private Measurement measured(Check asked) {
        List<ObjectRef> versions = play.versions();
        try {
            return asked.probe().measure(new CheckContext(cluster, versions.get(0), versions.get(1), state.since()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Measurement.error("interrupted");
        } catch (Exception failed) {
            return Measurement.error(failed.toString());
        }
    }

    /** What a refused write means: a race is run again, trouble is waited out, and a plain no is the strategy's to judge. */
    private void endure(ClusterException failed, Instant at) throws InterruptedException {
        boolean race = Keeper.isRace(failed) && ++racesInARow < 5;
        if (!race && !failed.reason().isTransient()) {
            if (refused.isPresent()) {
                throw failed;
            }
            refused = Optional.of(String.valueOf(failed.getMessage()));
            note("refused: " + failed.getMessage());
            return;
        }
        if (failed.reason().isTransient()) {
            troubleSince = troubleSince.isPresent() ? troubleSince : Optional.of(at);
            note("no contact: " + failed.getMessage());
        }
        time.awaitUntil(at.plus(Keeper.PAUSE), () -> false);
    }

    private Verdict end(Instant at) throws InterruptedException {
        Optional<Ending> ending = state.ending();
        ObjectRef old = play.versions().get(0);
        Optional<RollbackResult> rollback = ending.flatMap(reason -> play.backTo()
                .map(to -> RollbackAccount.of(to, reason, old, Optional.ofNullable(before.get(old)), at, lookout)));
        // Marked while the state is still there, so that whoever takes over does it, too.
        Optional<String> unmarked = play.backTo()
                .flatMap(asked -> Cleanup.markComplete(cluster, ending.isPresent() ? old : play.promoted(), before));
        new Cleanup(cluster, play, owners, writes, keeper).run(others(), ending.isPresent());
        // The last step forward cannot be taken back, and what it led to may have failed since.
        Optional<Status> unwell = ending.isPresent()
                ? Optional.empty()
                : Optional.ofNullable(before.get(play.promoted()))
                        .filter(side -> !side.complete())
                        .map(Side::status);
        Evidence evidence = evidence(
                at,
                ending.map(reason -> reason.why() + "; " + line)
                        .or(() -> unwell.map(status -> line + "; " + status.line()))
                        .orElse(line),
                ending.map(Ending::causes)
                        .or(() -> unwell.map(Status::causesOrNone))
                        .orElse(List.of()),
                unmarked,
                rollback);
        if (unwell.isPresent()) {
            return unwell.get() instanceof Status.Failed
                    ? new Verdict.Failed(evidence)
                    : new Verdict.TimedOut(evidence);
        }
        if (ending.isEmpty()) {
            return new Verdict.Complete(evidence);
        }
        return switch (ending.get().kind()) {
            case FAILED -> new Verdict.Failed(evidence);
            case TIMED_OUT -> new Verdict.TimedOut(evidence);
            case SUPERSEDED -> new Verdict.Superseded(evidence);
        };
    }

    private void tell(Instant at, Decision<P> decision) {
        line = decision.line();
        note(line);
        onProgress.accept(new Progress(
                play.keeper(),
                lookout.elapsed(at),
                seenAroundKeeper,
                new Status.Progressing(line, state.ending().map(Ending::causes).orElse(List.of())),
                lookout.news()));
    }

    private void note(String what) {
        lookout.note(time.now(), "rollout", what);
    }

    private Evidence evidence(Instant at, String status, List<Cause> causes) {
        return evidence(at, status, causes, Optional.empty(), Optional.empty());
    }

    private Evidence evidence(
            Instant at,
            String status,
            List<Cause> causes,
            Optional<String> unmarked,
            Optional<RollbackResult> rollback) {
        long generation = seenAroundKeeper
                .deployment()
                .map(d -> d.metadata().generation())
                .orElse(0L);
        List<String> unseen = new ArrayList<>(lookout.unseen());
        unmarked.ifPresent(why -> unseen.add("it could not be marked as complete for later rollbacks: " + why));
        return new Evidence(
                play.keeper(),
                generation,
                lookout.elapsed(at),
                status,
                causes,
                lookout.timeline(),
                unseen,
                rollback,
                Optional.empty());
    }
}
