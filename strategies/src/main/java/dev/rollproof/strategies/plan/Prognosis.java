// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.k8s.rolling.Fenceposts;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What is known of a change before it is made, and what follows from it. */
record Prognosis(Optional<Deployment> current, Deployment next, Assumptions assumptions) {
    /** Availability is measured with whole seconds. */
    private static final Duration COARSE = Duration.ofSeconds(1);

    /** More pods than any cluster has. */
    private static final int MOST = 200_000;

    static Prognosis of(Optional<Deployment> current, Deployment next, Assumptions assumptions) {
        if (next.getSpec() == null
                || next.getSpec().getTemplate() == null
                || next.getSpec().getTemplate().getSpec() == null) {
            throw new IllegalArgumentException("the Deployment has no spec.template.spec, so there is nothing to plan");
        }
        Prognosis known = new Prognosis(current, next, assumptions);
        atMost("replicas", known.replicas());
        atMost("replicas", known.replicasBefore());
        atMost("maxSurge", known.posts().surge());
        return known;
    }

    private static void atMost(String what, int value) {
        if (value > MOST) {
            throw new IllegalArgumentException(
                    what + " must be at most " + MOST + " for a plan, and comes to " + value);
        }
    }

    Plan plan() {
        return new Plan(title(), changed() ? LikelyWay.of(this) : scaled(), bounds(), Warnings.of(this));
    }

    int replicas() {
        return Fenceposts.replicas(next);
    }

    int replicasBefore() {
        return current.map(Fenceposts::replicas).orElse(0);
    }

    Fenceposts posts() {
        // By way of what is observed: there the server's defaults are known.
        return Fenceposts.of(Observed.from(next));
    }

    boolean rolling() {
        return Fenceposts.isRolling(next);
    }

    /** Whether new pods have to take the place of old ones, or there are none yet. */
    boolean changed() {
        return current.isEmpty()
                || !PodTemplate.from(current.get().getSpec().getTemplate())
                        .equals(PodTemplate.from(next.getSpec().getTemplate()));
    }

    PodSpec pod() {
        return next.getSpec().getTemplate().getSpec();
    }

    /** A new pod as it is stored. */
    PodSpec admitted() {
        return assumptions.rules().admitted(pod());
    }

    /** A pod that is there now, by its template. */
    Optional<PodSpec> admittedBefore() {
        return current.map(
                d -> assumptions.rules().admitted(d.getSpec().getTemplate().getSpec()));
    }

    /** By one new pod. */
    Resources requested() {
        return Resources.of(admitted());
    }

    /** By one of those that are there now. */
    Resources requestedBefore() {
        return admittedBefore().map(Resources::of).orElse(Resources.NONE);
    }

    Duration minReady() {
        Integer seconds = next.getSpec().getMinReadySeconds();
        return Duration.ofSeconds(seconds == null ? 0 : seconds);
    }

    /** From the creation of a new pod until it is available. */
    Range untilAvailable() {
        Duration minReady = minReady();
        Duration least = minReady.compareTo(COARSE) > 0 ? minReady.minus(COARSE) : Duration.ZERO;
        Duration most = minReady.isZero() ? minReady : minReady.plus(COARSE);
        return assumptions.untilReady(pod()).plus(Range.of(least, most));
    }

    private Range untilOldGone() {
        return current.map(d -> assumptions.untilGone(d.getSpec().getTemplate().getSpec()))
                .orElse(Range.NOTHING);
    }

    private String title() {
        String name = "Deployment/" + next.getMetadata().getName();
        if (!changed()) {
            return name + ": the pods stay, " + replicasBefore() + " before and " + replicas() + " after";
        }
        String how = rolling()
                ? "RollingUpdate, maxSurge " + posts().surge() + ", maxUnavailable " + posts().unavailable()
                : "Recreate";
        return name + ": " + (current.isEmpty() ? "a first rollout" : how) + ", " + replicas() + " replicas";
    }

    private List<Plan.Step> scaled() {
        Plan.Step now =
                new Plan.Step(Duration.ZERO, List.of(new Plan.Size("pods", replicasBefore())), "what is there now");
        if (replicas() == replicasBefore()) {
            return List.of(now);
        }
        return List.of(
                now,
                new Plan.Step(
                        assumptions.reaction().middle(),
                        List.of(new Plan.Size("pods", replicas())),
                        "a change of the replicas alone is made in one step"));
    }

    private Bounds bounds() {
        int before = replicasBefore();
        int replicas = replicas();
        Resources new1 = requested();
        Resources old1 = requestedBefore();
        Range available = untilAvailable().plus(assumptions.reaction());
        if (!changed() || before == 0) {
            int most = Math.max(before, replicas);
            return new Bounds(
                    most,
                    most,
                    most,
                    new1.times(most),
                    Math.min(before, replicas),
                    Optional.empty(),
                    replicas > before ? available : assumptions.reaction(),
                    replicas < before ? assumptions.reaction().plus(untilOldGone()) : Range.NOTHING);
        }
        Resources both = old1.times(Math.max(before, replicas)).plus(new1.times(replicas));
        if (!rolling()) {
            Range duration = untilOldGone().plus(available).plus(assumptions.reaction());
            // Where all old pods have ended, their objects may still be there (1.35 and later); they hold nothing.
            return new Bounds(
                    Math.max(before, replicas),
                    Math.max(before, replicas),
                    before + replicas,
                    old1.times(before).max(new1.times(replicas)),
                    0,
                    Optional.empty(),
                    duration,
                    untilOldGone().plus(assumptions.reaction()));
        }
        return rollingBounds(before, replicas, both, available);
    }

    /**
     * Sizes and pods as the explorer finds them. In time: with k new pods available, S+U more may be on their way, so the new pods come
     * in as many waves as S+U goes into R, no fewer and no more.
     */
    private Bounds rollingBounds(int before, int replicas, Resources both, Range available) {
        Fenceposts posts = posts();
        int atOnce = posts.surge() + posts.unavailable();
        int waves = replicas == 0 ? 0 : (replicas + atOnce - 1) / atOnce;
        int wavesUntilOldGone = (replicas - posts.unavailable() + atOnce - 1) / Math.max(1, atOnce);
        boolean scaled = before != replicas;
        Range duration = available
                .times(waves)
                .plus(Range.of(Duration.ZERO, assumptions.reaction().most()));
        Range gone = Range.of(available.least().multipliedBy(wavesUntilOldGone), duration.most())
                .plus(untilOldGone());
        Duration mixed = available.least().multipliedBy(Math.max(0, wavesUntilOldGone - 1));
        return new Bounds(
                Math.max(before, replicas + posts.surge()),
                scaled
                        ? Math.max(before, replicas) + replicas
                        : Math.min(2 * replicas, replicas + 2 * posts.surge() + posts.unavailable()),
                Math.max(before, replicas) + replicas,
                both,
                Math.min(before, replicas - posts.unavailable()),
                replicas == 0 ? Optional.empty() : Optional.of(Range.of(mixed, gone.most())),
                duration,
                gone);
    }
}
