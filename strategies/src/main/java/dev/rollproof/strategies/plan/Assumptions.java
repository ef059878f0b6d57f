// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a plan rests on. Defaults, as recorded on idle and on busy nodes: half a second to five for a pod to run, up to two for the
 * controllers and the node to react. What is empty is read off the manifest.
 *
 * @param start from the creation of a pod until its containers run
 * @param ready from there until it is ready; empty: as its readiness probe has it, passing at the first or second look
 * @param stop from the deletion of a pod until it is gone; empty: anything up to its grace period
 * @param reaction how long the controllers take from one change to the next
 * @param nodes room that the nodes have; empty where it is not known
 * @param others the other Deployments of the namespace
 * @param rules what quotas and LimitRanges ask of the pods
 * @param unseen the plural names of kinds that the plan would have liked to look at, and could not, such as {@code limitranges}
 */
public record Assumptions(
        Range start,
        Optional<Range> ready,
        Optional<Range> stop,
        Range reaction,
        Optional<Room> nodes,
        List<Deployment> others,
        NamespaceRules rules,
        List<String> unseen) {
    private static final Assumptions DEFAULTS = new Assumptions(
            Range.of(Duration.ofMillis(500), Duration.ofSeconds(5)),
            Optional.empty(),
            Optional.empty(),
            Range.of(Duration.ZERO, Duration.ofSeconds(2)),
            Optional.empty(),
            List.of(),
            NamespaceRules.NONE,
            List.of());

    public Assumptions {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(reaction, "reaction");
        others = List.copyOf(others);
        Objects.requireNonNull(rules, "rules");
        unseen = List.copyOf(unseen);
    }

    /** Half a second to five until a pod runs, up to two until anybody reacts, the rest as the manifest has it, and room for everything. */
    public static Assumptions defaults() {
        return DEFAULTS;
    }

    /** How long from the creation of a pod until its containers run. */
    public Assumptions withStart(Range value) {
        return new Assumptions(value, ready, stop, reaction, nodes, others, rules, unseen);
    }

    /** How long from there until it is ready, whatever its probe says. */
    public Assumptions withReady(Range value) {
        return new Assumptions(start, Optional.of(value), stop, reaction, nodes, others, rules, unseen);
    }

    /** How long from the deletion of a pod until it is gone, whatever its grace period says. */
    public Assumptions withStop(Range value) {
        return new Assumptions(start, ready, Optional.of(value), reaction, nodes, others, rules, unseen);
    }

    /** How long the controllers take from one change to the next. */
    public Assumptions withReaction(Range value) {
        return new Assumptions(start, ready, stop, value, nodes, others, rules, unseen);
    }

    /** What the namespace asks of the pods. */
    public Assumptions withRules(NamespaceRules value) {
        return new Assumptions(start, ready, stop, reaction, nodes, others, value, unseen);
    }

    /** What could not be looked at. */
    public Assumptions withUnseen(List<String> value) {
        return new Assumptions(start, ready, stop, reaction, nodes, others, rules, value);
    }

    /** What the nodes have room for. */
    public Assumptions withNodes(Room value) {
        return new Assumptions(start, ready, stop, reaction, Optional.of(value), others, rules, unseen);
    }

    /** The other Deployments of the namespace, whose selectors may overlap. */
    public Assumptions withOthers(List<Deployment> value) {
        return new Assumptions(start, ready, stop, reaction, nodes, value, rules, unseen);
    }

    /** From the creation of such a pod until it is ready. */
    Range untilReady(PodSpec spec) {
        return start.plus(ready.orElseGet(() -> probed(spec)));
    }

    private static Range probed(PodSpec spec) {
        Range slowest = Range.NOTHING;
        for (Container container : spec.getContainers()) {
            Probe probe = container.getReadinessProbe();
            if (probe != null) {
                Duration delay = Duration.ofSeconds(orElse(probe.getInitialDelaySeconds(), 0));
                Duration period = Duration.ofSeconds(orElse(probe.getPeriodSeconds(), 10));
                int passes = orElse(probe.getSuccessThreshold(), 1);
                Range range = Range.of(
                        delay.plus(period.multipliedBy(passes - 1)), delay.plus(period.multipliedBy(passes + 1)));
                slowest = Range.of(max(slowest.least(), range.least()), max(slowest.most(), range.most()));
            }
        }
        return slowest;
    }

    /** From the deletion of such a pod until it is gone. */
    Range untilGone(PodSpec spec) {
        return stop.orElseGet(() -> {
            Long grace = spec.getTerminationGracePeriodSeconds();
            return Range.of(Duration.ZERO, Duration.ofSeconds(grace == null ? 30 : grace));
        });
    }

    private static int orElse(@org.jspecify.annotations.Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
