// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.rolling.RollingArithmetic;
import dev.rollproof.k8s.rolling.RollingArithmetic.Down;
import dev.rollproof.k8s.rolling.RollingArithmetic.Size;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The way that a rollout takes when every pod takes as long as the next, and becomes ready one at a time: what the Deployment
 * controller does, with the controllers' own arithmetic.
 */
final class LikelyWay {
    private final Prognosis known;
    private final List<Plan.Step> steps = new ArrayList<>();
    private final Deque<Duration> becomeAvailable = new ArrayDeque<>();
    private Duration now = Duration.ZERO;
    private boolean made;
    private int old;
    private int fresh;
    private int available;

    private LikelyWay(Prognosis known) {
        this.known = known;
        this.old = known.replicasBefore();
    }

    static List<Plan.Step> of(Prognosis known) {
        LikelyWay way = new LikelyWay(known);
        way.note("what is there now");
        way.now = known.assumptions().reaction().middle();
        if (way.old != 0 && way.old != known.replicas()) {
            way.old = known.replicas();
            way.note("the replicas change too, and that comes first: the old ReplicaSet takes the new number");
        }
        if (known.rolling() || way.old == 0) {
            way.roll();
        } else {
            way.recreate();
        }
        return way.steps;
    }

    private void recreate() {
        old = 0;
        note("Recreate: all old pods go first");
        now = now.plus(known.assumptions().untilGone(known.pod()).middle())
                .plus(known.assumptions().reaction().middle());
        made = true;
        fresh = known.replicas();
        note("no old pod runs any more: all new ones are created");
    }

    private void roll() {
        String because = "";
        settle(because);
        while (!becomeAvailable.isEmpty()) {
            Duration next = becomeAvailable.removeFirst();
            now = next.compareTo(now) > 0 ? next : now;
            available++;
            settle("a new pod is available; ");
        }
    }

    /** Syncs the Deployment until nothing changes. */
    private void settle(String because) {
        while (sync(because)) {
            // Until the numbers agree.
        }
    }

    private boolean sync(String because) {
        int replicas = known.replicas();
        int surge = known.posts().surge();
        int cap = replicas + surge;
        boolean changed = false;
        if (!made) {
            made = true;
            grow(RollingArithmetic.newReplicas(true, replicas, surge, old, 0));
            note(
                    old == 0
                            ? "nothing is there to replace: all " + fresh + " are created"
                            : "the new ReplicaSet: " + replicas + " + maxSurge " + surge + " = " + cap
                                    + " pods may be asked for, and " + old + " are");
            changed = true;
        }
        int wanted = RollingArithmetic.reconcileNew(true, replicas, surge, old + fresh, fresh);
        if (wanted != fresh) {
            String rule = because + cap + " pods may be asked for and " + (old + fresh) + " are";
            grow(wanted);
            note(rule + ": " + (wanted == replicas ? "the new ReplicaSet is whole" : "more new ones"));
            return true;
        }
        Down down = RollingArithmetic.reconcileOld(
                replicas, known.posts().unavailable(), List.of(new Size(old, old)), new Size(fresh, available));
        if (down.pods() == 0) {
            return changed;
        }
        String rule = because + (old + available) + " pods are available and " + replicas + " - maxUnavailable "
                + known.posts().unavailable() + " = "
                + (replicas - known.posts().unavailable()) + " must be: "
                + down.pods() + " may go";
        old = down.specs().get(0);
        note(rule);
        return true;
    }

    private void grow(int size) {
        Duration at = now.plus(known.untilAvailable().middle())
                .plus(known.assumptions().reaction().middle());
        for (int i = fresh; i < size; i++) {
            becomeAvailable.addLast(at);
        }
        fresh = size;
    }

    private void note(String rule) {
        List<Plan.Size> sizes = new ArrayList<>();
        sizes.add(new Plan.Size("old", old));
        if (made) {
            sizes.add(new Plan.Size("new", fresh));
        }
        steps.add(new Plan.Step(now, sizes, rule));
    }
}
