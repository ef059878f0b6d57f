// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.BackTo;
import dev.rollproof.strategies.drive.Command;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A blue-green of two Deployments and a Service.
 *
 * <pre>
 * PREPARING → CHECKING when every pod of the new version is available
 * CHECKING  → CHECKING when a step before the switch is passed, → SWITCHING when all are
 * CHECKING  → PREPARING when the new version has no pod that is ready any more
 * SWITCHING → PREPARING when somebody deletes the new version
 * SWITCHING → KEEPING  when the Service selects the new version
 * KEEPING   → KEEPING  when a step after the switch is passed, → RETIRING when all are and the time is over
 * RETIRING  → over     when the old version has no pods left to want, and the new one is complete, or fails, or time is up
 * PREPARING, CHECKING, SWITCHING, KEEPING → ABORTING when the new version or a step fails, the cluster refuses, time is up,
 *             somebody else changes the new version's template, or says so
 * KEEPING, RETIRING → ABORTING when somebody deletes the new version, and the old one has its pods
 * ABORTING  → over     when the Service selects the old version, the new one has no pods left to want, and the old one is
 *             complete, or fails
 * </pre>
 */
final class BlueGreenPlay implements Play<BlueGreenPlay.Phase> {
    /** See the table above. */
    enum Phase {
        PREPARING,
        CHECKING,
        SWITCHING,
        KEEPING,
        RETIRING,
        ABORTING
    }

    /** How long pods stay after the Service was switched back: proxies were seen to follow within 1.2 s. */
    private static final Duration PROXIES_FOLLOW = Duration.ofSeconds(5);

    private static final String SELECTOR = "/spec/selector/" + Colors.LABEL;

    private final BlueGreen strategy;
    private final Versions versions;
    private final Colors colors;
    private final Duration patience;
    private final Deployment manifest;
    private final PodTemplate template;
    private final ObjectRef live;
    private final ObjectRef next;
    private final ObjectRef service;
    private final Optional<ObjectRef> preview;
    private final int replicas;

    /**
     * @param patience how long a move may take
     */
    BlueGreenPlay(BlueGreen strategy, Versions versions, Colors colors, Duration patience) {
        this.strategy = strategy;
        this.versions = versions;
        this.colors = colors;
        this.patience = patience;
        this.manifest = colors.manifest(versions);
        this.template = Observed.from(manifest).template();
        String namespace = versions.ref().namespace();
        this.live = new ObjectRef(
                "Deployment",
                namespace,
                colors.nameOf(colors.live(), versions.ref().name()));
        this.next = new ObjectRef(
                "Deployment",
                namespace,
                colors.nameOf(colors.next(), versions.ref().name()));
        this.service = new ObjectRef("Service", namespace, strategy.service());
        this.preview = strategy.preview().map(name -> new ObjectRef("Service", namespace, name));
        this.replicas = Observed.from(manifest).replicas();
    }

    /** The Deployment that the Service points at when the rollout begins. */
    ObjectRef live() {
        return live;
    }

    /** Whether the live Deployment has the wanted template already, but for the colour. */
    boolean isAlready(Deployment stored) {
        Deployment recolored = Models.copy(stored);
        recolored.getSpec().getTemplate().getMetadata().getLabels().put(Colors.LABEL, colors.next());
        return Observed.from(recolored).template().equals(template);
    }

    @Override
    public ObjectRef keeper() {
        return versions.ref();
    }

    @Override
    public List<Participant> participants() {
        String selector = Observed.from(manifest).labelSelector();
        String other = selector.replace(Colors.LABEL + "=" + colors.next(), Colors.LABEL + "=" + colors.live());
        return List.of(new Participant(live, other), new Participant(next, selector));
    }

    @Override
    public Expectation expected(State<Phase> state, Deployment stored) {
        Expectation actual = Expectation.of(Observed.from(stored));
        boolean ours =
                actual.workload().equals(next) && state.phase() != Phase.PREPARING && state.phase() != Phase.ABORTING;
        return ours
                ? new Expectation(
                        actual.workload(), actual.uid(), actual.generation(), actual.labelSelector(), template)
                : actual;
    }

    @Override
    public List<ObjectRef> services() {
        List<ObjectRef> services = new ArrayList<>(List.of(service));
        preview.ifPresent(services::add);
        return services;
    }

    @Override
    public List<ObjectRef> versions() {
        return List.of(live, next);
    }

    @Override
    public ObjectRef promoted() {
        return next;
    }

    @Override
    public Optional<BackTo> backTo() {
        return versions.backTo();
    }

    @Override
    public Class<Phase> phases() {
        return Phase.class;
    }

    @Override
    public Map<String, Object> script() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("strategy", "BlueGreen");
        tree.put("service", strategy.service());
        strategy.preview().ifPresent(name -> tree.put("preview", name));
        tree.put("before", Step.script(strategy.before()));
        tree.put("after", Step.script(strategy.after()));
        tree.put("keepOldFor", strategy.keepOldFor().toString());
        tree.put("base", colors.base());
        tree.put("live", colors.live());
        tree.put("patience", patience.toString());
        tree.put("versions", versions.script());
        return tree;
    }

    @Override
    public Decision<Phase> first(Instant at) {
        return Decision.waiting(State.first(Phase.PREPARING, at), "preparing " + next);
    }

    @Override
    public Decision<Phase> next(State<Phase> state, Seen seen, Instant at) {
        if (state.phase() == Phase.ABORTING) {
            return aborting(state, seen, at);
        }
        if (state.ending().isPresent()) {
            throw new IllegalStateException(
                    state.phase() + " cannot go on to " + state.ending().get());
        }
        Optional<Ending> trouble = state.phase() == Phase.RETIRING ? Optional.empty() : trouble(state, seen, at);
        if (trouble.isPresent()) {
            return Decision.turningBack(
                    state, Phase.ABORTING, trouble.get(), trouble.get().why(), at);
        }
        if (!seen.side(live).fresh() || !seen.side(next).fresh()) {
            return Decision.waiting(state, "waiting for the last change to be seen");
        }
        return switch (state.phase()) {
            case PREPARING -> preparing(state, seen, at);
            case CHECKING -> checking(state, seen, at);
            case SWITCHING -> switching(state, seen, at);
            case KEEPING -> keeping(state, seen, at);
            case RETIRING -> retiring(state, seen, at);
            case ABORTING -> throw new IllegalStateException("aborting is decided above: " + state);
        };
    }

    private Optional<Ending> trouble(State<Phase> state, Seen seen, Instant at) {
        Side side = seen.side(next);
        if (seen.refused().isPresent()) {
            return Optional.of(
                    Ending.failed("the cluster refused: " + seen.refused().get(), List.of()));
        }
        if (seen.toldTo(Command.Verb.ABORT, state.step())) {
            return Optional.of(Ending.failed("somebody told it to turn back", List.of()));
        }
        if (side.exists() && side.status() instanceof Status.Superseded other) {
            return Optional.of(new Ending(Ending.Kind.SUPERSEDED, other.line(), List.of()));
        }
        if (state.phase() == Phase.KEEPING && !points(seen, service, colors.next())) {
            return Optional.of(new Ending(
                    Ending.Kind.SUPERSEDED,
                    "somebody pointed " + service + " away from " + colors.next() + " after the switch",
                    List.of()));
        }
        if (state.phase() == Phase.KEEPING && isGone(side)) {
            return Optional.of(deletedByOthers());
        }
        boolean ours =
                side.deployment().filter(d -> d.template().equals(template)).isPresent();
        if (ours && side.status() instanceof Status.Failed failed) {
            return Optional.of(Ending.failed("the new version failed: " + failed.line(), failed.causes()));
        }
        boolean moving = state.phase() == Phase.PREPARING
                || state.phase() == Phase.SWITCHING
                || state.phase() == Phase.KEEPING
                        && state.step() == strategy.after().size();
        if (moving && !at.isBefore(tooLate(state, seen))) {
            return Optional.of(new Ending(
                    Ending.Kind.TIMED_OUT,
                    "no end of " + state.phase() + " within " + patience.toSeconds() + " s: "
                            + side.status().line(),
                    side.status().causesOrNone()));
        }
        return Optional.empty();
    }

    private static boolean isGone(Side side) {
        return side.fresh() && !side.exists();
    }

    private Ending deletedByOthers() {
        return new Ending(Ending.Kind.SUPERSEDED, "somebody deleted " + next, List.of());
    }

    private Decision<Phase> preparing(State<Phase> state, Seen seen, Instant at) {
        Side side = seen.side(next);
        String line = "preparing " + colors.next() + ": " + side.newReady() + " of " + replicas + " new pods ready";
        if (!side.exists()) {
            return Decision.acting(state, new Action.Create(manifest), line);
        }
        boolean wanted = side.replicas() == replicas
                && side.deployment().filter(d -> d.template().equals(template)).isPresent();
        if (!wanted) {
            return Decision.acting(state, new Action.Change(next, allFields()), line);
        }
        if (preview.isPresent() && !points(seen, preview.get(), colors.next())) {
            return Decision.acting(state, point(preview.get(), colors.next()), line);
        }
        return side.complete()
                ? Decision.waiting(
                        state.to(strategy.before().isEmpty() ? Phase.SWITCHING : Phase.CHECKING, 0, at), line)
                : Decision.waiting(state, line).until(seen.tooLate(state, patience));
    }

    private Map<String, @Nullable Object> allFields() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Models.toTree(manifest.getSpec()).forEach((name, value) -> {
            if (!name.equals("selector")) {
                fields.put("/spec/" + name, value);
            }
        });
        return fields;
    }

    private static boolean points(Seen seen, ObjectRef service, String color) {
        return color.equals(seen.selectors().getOrDefault(service, Map.of()).get(Colors.LABEL));
    }

    private static Action point(ObjectRef service, String color) {
        return new Action.Change(service, Map.of(SELECTOR, color));
    }

    private Decision<Phase> checking(State<Phase> state, Seen seen, Instant at) {
        if (isWithoutPods(seen)) {
            return preparingAgain(state, at);
        }
        Hold hold = Hold.of(strategy.before().get(state.step()), state.step(), state.since(), seen, at);
        if (hold.passed()) {
            boolean last = state.step() + 1 == strategy.before().size();
            return Decision.waiting(
                    last ? state.to(Phase.SWITCHING, 0, at) : state.to(Phase.CHECKING, state.step() + 1, at),
                    "passed " + strategy.before().get(state.step()).inWords());
        }
        return hold.notPassed(state, Phase.ABORTING, at);
    }

    private boolean isWithoutPods(Seen seen) {
        return replicas > 0 && seen.side(next).newReady() == 0;
    }

    /** No user has met it yet, so it is made again, and checked again. */
    private Decision<Phase> preparingAgain(State<Phase> state, Instant at) {
        return Decision.waiting(
                state.to(Phase.PREPARING, 0, at), "no pod of " + colors.next() + " is ready: preparing it again");
    }

    private Decision<Phase> switching(State<Phase> state, Seen seen, Instant at) {
        String line = "switching " + service + " from " + colors.live() + " to " + colors.next();
        if (points(seen, service, colors.next())) {
            return Decision.waiting(state.to(Phase.KEEPING, 0, at), line);
        }
        if (isGone(seen.side(next))) {
            return preparingAgain(state, at);
        }
        // What was available a moment ago must be so now: this patch moves all traffic.
        return carries(seen.side(next))
                ? Decision.acting(state, point(service, colors.next()), line)
                : Decision.waiting(state, line + ": waiting for the new pods").until(seen.tooLate(state, patience));
    }

    /** The steps after the switch share its time, from which the old version's stay is counted. */
    private Decision<Phase> keeping(State<Phase> state, Seen seen, Instant at) {
        Instant end = state.since().plus(strategy.keepOldFor());
        if (state.step() < strategy.after().size()) {
            Hold hold = Hold.of(strategy.after().get(state.step()), state.step(), state.since(), seen, at);
            return hold.passed()
                    ? Decision.waiting(
                            state.to(Phase.KEEPING, state.step() + 1, state.since()),
                            "passed " + strategy.after().get(state.step()).inWords())
                    : hold.notPassed(state, Phase.ABORTING, at);
        }
        if (at.isBefore(end)) {
            return Decision.waiting(state, "switched; keeping " + colors.live() + " until " + end)
                    .until(end);
        }
        return carries(seen.side(next))
                ? Decision.waiting(state.to(Phase.RETIRING, state.step(), at), "retiring " + colors.live())
                : keepingOn(state, tooLate(state, seen));
    }

    private Decision<Phase> keepingOn(State<Phase> state, Instant end) {
        return Decision.waiting(state, "keeping " + colors.live() + ": waiting for the new pods")
                .until(end);
    }

    /** Whether it can have all users: its pods are available, and there are some. */
    private boolean carries(Side side) {
        return side.complete() && (side.replicas() > 0 || replicas == 0);
    }

    /** A move is too late after the time that a move has, and the old version's stay after its time and that. */
    private Instant tooLate(State<Phase> state, Seen seen) {
        Instant end = seen.tooLate(state, patience);
        return state.phase() == Phase.KEEPING ? end.plus(strategy.keepOldFor()) : end;
    }

    private Decision<Phase> retiring(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(live);
        Side side = seen.side(next);
        if (!points(seen, service, colors.next())) {
            // Somebody sent users to where pods are going away: there is no way back any more.
            return Decision.acting(
                    state, point(service, colors.next()), "pointing " + service + " at " + colors.next() + " again");
        }
        if (old.exists() && old.replicas() > 0) {
            // This is the point of no return.
            return carries(side)
                    ? Decision.acting(state, Action.scale(live, 0), "retiring " + colors.live())
                    : untilItCarries(state, seen, side, at);
        }
        String line = service + " selects " + colors.next() + ": " + side.newReady() + " of " + replicas
                + " new pods ready; " + colors.live() + " is scaled down";
        Instant end = seen.tooLate(state, patience);
        return side.complete() || side.status() instanceof Status.Failed || !at.isBefore(end)
                ? Decision.over(state, line)
                : Decision.waiting(state, line).until(end);
    }

    private Decision<Phase> untilItCarries(State<Phase> state, Seen seen, Side side, Instant at) {
        Instant end = seen.tooLate(state, patience);
        boolean gone = isGone(side);
        if (!gone && at.isBefore(end) && !(side.status() instanceof Status.Failed)) {
            return keepingOn(state, end);
        }
        Ending lost = gone
                ? deletedByOthers()
                : Ending.failed(
                        "the new version lost its pods before the old one was retired: "
                                + side.status().line(),
                        side.status().causesOrNone());
        return Decision.turningBack(state, Phase.ABORTING, lost, lost.why(), at);
    }

    private Decision<Phase> aborting(State<Phase> state, Seen seen, Instant at) {
        if (state.ending().isEmpty()) {
            throw new IllegalStateException("ABORTING without a reason: " + state);
        }
        Side side = seen.side(next);
        Side old = seen.side(live);
        Instant end = seen.tooLate(state, patience);
        String line = "turning back to " + colors.live();
        for (ObjectRef switched : services()) {
            if (points(seen, switched, colors.next())) {
                return Decision.acting(state, point(switched, colors.live()), line);
            }
        }
        if (!side.fresh() || !old.fresh()) {
            return Decision.waiting(state, line + ": waiting for the last change to be seen");
        }
        Optional<Decision<Phase>> back = wayBack(state, old, at, end, line);
        if (back.isPresent() && back.get().action().isPresent()) {
            return back.get();
        }
        if (side.exists() && (side.replicas() > 0 || isToBePutBack(side))) {
            Instant followed = state.since().plus(PROXIES_FOLLOW);
            return at.isBefore(followed) && side.replicas() > 0
                    ? Decision.waiting(state, line + ": the proxies follow").until(followed)
                    : Decision.acting(state, new Action.Change(next, putBack()), line);
        }
        if (back.isPresent()) {
            return back.get();
        }
        return old.complete() || old.status() instanceof Status.Failed || !old.exists() || !at.isBefore(end)
                ? Decision.over(
                        state,
                        "back on the old version: " + service + " selects " + colors.live() + ", " + old.newReady()
                                + " pods ready")
                : Decision.waiting(state, line + ": " + old.newReady() + " pods of the old version ready")
                        .until(end);
    }

    /** The live version is touched only where it was not complete, and an earlier one was. */
    private Optional<Decision<Phase>> wayBack(State<Phase> state, Side old, Instant at, Instant end, String line) {
        return versions.backTo()
                .flatMap(to -> to.template()
                        .flatMap(seen -> GoingBack.next(state, live, old, to.fields(), old.has(seen), at, end, line)));
    }

    /** Whether it is the manifest's Deployment, and has still what this rollout wrote: its own spec goes back. */
    private boolean isToBePutBack(Side side) {
        return next.equals(versions.ref()) && side.has(template) && !template.equals(versions.templateBefore());
    }

    /** No pods; and for the manifest's Deployment the spec that it had. */
    private Map<String, @Nullable Object> putBack() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (next.equals(versions.ref())) {
            Map<String, Object> was = Models.toTree(versions.before().getSpec());
            Map<String, Object> is = Models.toTree(manifest.getSpec());
            Set<String> names = new TreeSet<>(was.keySet());
            names.addAll(is.keySet());
            names.remove("selector");
            for (String name : names) {
                if (!Objects.equals(was.get(name), is.get(name))) {
                    fields.put("/spec/" + name, was.get(name));
                }
            }
        }
        fields.put(Action.REPLICAS, 0);
        return fields;
    }
}
