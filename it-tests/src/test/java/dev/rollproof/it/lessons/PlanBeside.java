// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.strategies.plan.Bounds;
import dev.rollproof.strategies.plan.Plan;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A plan beside what is observed of its rollout, on every event from just before the change on: the sizes that are asked for, step
 * by step, and the pods. Each number is taken from the stream of one kind, as the plan's bounds are meant.
 */
final class PlanBeside implements AutoCloseable {
    private final Plan plan;
    private final List<String> parts;
    private final Instant begin;
    private final List<Observation> observations = new ArrayList<>();
    private final Map<String, Integer> deployments = new HashMap<>();
    private final Map<String, Integer> sets = new TreeMap<>();
    private final Map<String, ObservedPod> pods = new HashMap<>();
    private final Set<String> setsBefore = new LinkedHashSet<>();
    private final List<Plan.Step> observed = new ArrayList<>();
    private final Cluster cluster;
    private boolean begun;
    private int mostAskedFor;
    private int mostLive;
    private int mostPods;
    private int leastReady = Integer.MAX_VALUE;
    private int losses;

    private PlanBeside(Cluster cluster, String namespace, Plan plan, List<String> parts) throws InterruptedException {
        this.cluster = cluster;
        this.plan = plan;
        this.parts = parts;
        observations.add(cluster.observe(Query.of(Deployment.class).inNamespace(namespace), this::accept));
        observations.add(cluster.observe(Query.of(ReplicaSet.class).inNamespace(namespace), this::accept));
        observations.add(cluster.observe(Query.of(Pod.class).inNamespace(namespace), this::accept));
        boolean synced = cluster.time()
                .awaitUntil(
                        cluster.time().now().plus(ofMinutes(1)),
                        () -> observations.stream().allMatch(Observation::synced));
        assertThat(synced).as("what is there is known before the change").isTrue();
        this.begin = cluster.time().now();
        begin();
    }

    /** One Deployment: the sizes are those of the ReplicaSet that is there, and of the one that comes. */
    static PlanBeside ofReplicaSets(Cluster cluster, String namespace, Plan plan) throws InterruptedException {
        return new PlanBeside(cluster, namespace, plan, List.of());
    }

    /** Two Deployments: the sizes are theirs. */
    static PlanBeside ofDeployments(Cluster cluster, String namespace, Plan plan, String old, String next)
            throws InterruptedException {
        return new PlanBeside(cluster, namespace, plan, List.of(old, next));
    }

    private synchronized void begin() {
        setsBefore.addAll(sets.keySet());
        begun = true;
        mostAskedFor = sets.values().stream().mapToInt(size -> size).sum();
        note();
        count();
    }

    private synchronized void accept(Change change) {
        boolean gone = change.type() == Change.Type.DELETED;
        String name = change.object().metadata().name();
        if (change.object() instanceof ObservedDeployment deployment) {
            deployments.put(name, gone ? 0 : deployment.replicas());
            note();
        } else if (change.object() instanceof ObservedReplicaSet set) {
            sets.put(name, gone ? 0 : set.replicas());
            mostAskedFor = Math.max(
                    mostAskedFor, sets.values().stream().mapToInt(size -> size).sum());
            note();
        } else if (change.object() instanceof ObservedPod pod) {
            ObservedPod before = gone ? pods.remove(name) : pods.put(name, pod);
            boolean lost = before != null && isReady(before) && !gone && pod.live() && !pod.ready();
            losses += lost ? 1 : 0;
            count();
        }
    }

    private static boolean isReady(ObservedPod pod) {
        return pod.live() && pod.ready();
    }

    private void count() {
        if (begun) {
            int ready = (int) pods.values().stream().filter(PlanBeside::isReady).count();
            int live = (int) pods.values().stream().filter(ObservedPod::live).count();
            leastReady = Math.min(leastReady, ready + losses);
            mostLive = Math.max(mostLive, live);
            mostPods = Math.max(mostPods, pods.size());
        }
    }

    /** Writes the sizes down, if they are others than before. */
    private void note() {
        if (!begun) {
            return;
        }
        List<Plan.Size> sizes = new ArrayList<>();
        if (parts.isEmpty()) {
            sets.forEach((name, size) -> {
                if (setsBefore.contains(name) && (size > 0 || wasAskedFor(name))) {
                    sizes.add(0, new Plan.Size(name, size));
                } else if (!setsBefore.contains(name)) {
                    sizes.add(new Plan.Size(name, size));
                }
            });
        } else {
            for (String part : parts) {
                int size = deployments.getOrDefault(part, 0);
                if (size > 0 || wasAskedFor(part)) {
                    sizes.add(new Plan.Size(part, size));
                }
            }
        }
        Plan.Step step = new Plan.Step(Duration.between(begin, cluster.time().now()), sizes, "");
        if (observed.isEmpty() || !observed.get(observed.size() - 1).inShort().equals(step.inShort())) {
            observed.add(step);
        }
    }

    private boolean wasAskedFor(String part) {
        return observed.stream()
                .flatMap(step -> step.sizes().stream())
                .anyMatch(size -> size.of().equals(part) && size.pods() > 0);
    }

    /** Most pods at once, those that terminate included. */
    synchronized int mostPods() {
        return mostPods;
    }

    /** Such as {@code 3 3/1 2/1}. */
    synchronized String observedWay() {
        return String.join(" ", observed.stream().map(Plan.Step::inShort).toList());
    }

    /** The same of the plan; steps that only wait left out. */
    String plannedWay() {
        List<String> way = new ArrayList<>();
        for (Plan.Step step : plan.steps()) {
            if (way.isEmpty() || !way.get(way.size() - 1).equals(step.inShort())) {
                way.add(step.inShort());
            }
        }
        return String.join(" ", way);
    }

    /** Every size that was planned was asked for, in this order; others may have come between. */
    void itWentThroughEveryStepOfThePlan() {
        assertThat(List.of(observedWay().split(" ")))
                .as("%s", plan.title())
                .containsSubsequence(plannedWay().split(" "));
    }

    /** Holds on every way, on either cluster. */
    synchronized void theBoundsHeld() {
        Bounds bounds = plan.bounds();
        String story = plan.title() + ", observed " + observedWay();
        assertThat(mostAskedFor).as("pods asked for: %s", story).isLessThanOrEqualTo(bounds.mostAskedFor());
        assertThat(mostLive).as("pods live: %s", story).isLessThanOrEqualTo(bounds.mostLive());
        assertThat(mostPods).as("pods, terminating ones too: %s", story).isLessThanOrEqualTo(bounds.mostPods());
        assertThat(leastReady).as("pods ready: %s", story).isGreaterThanOrEqualTo(bounds.leastReady());
        assertThat(observed.size()).as("sizes that were observed").isGreaterThan(1);
    }

    /** Two columns, and the numbers that the bounds are about. */
    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(plan.title());
        lines.add(String.format("  %-22s  %-18s", "planned, in seconds", "observed"));
        for (int i = 0; i < Math.max(plan.steps().size(), observed.size()); i++) {
            Plan.Step planned = i < plan.steps().size() ? plan.steps().get(i) : null;
            Plan.Step seen = i < observed.size() ? observed.get(i) : null;
            lines.add(
                    String.format("  %-22s  %-18s %s", cell(planned), cell(seen), planned == null ? "" : planned.rule())
                            .stripTrailing());
        }
        Bounds bounds = plan.bounds();
        lines.add(String.format(
                "  asked for at most %d (bound %d), live %d (%d), with those that terminate %d (%d), ready at least %d (%d)",
                mostAskedFor,
                bounds.mostAskedFor(),
                mostLive,
                bounds.mostLive(),
                mostPods,
                bounds.mostPods(),
                leastReady,
                bounds.leastReady()));
        return lines;
    }

    private static String cell(Plan.@Nullable Step step) {
        return step == null
                ? ""
                : String.format(Locale.ROOT, "%6.1f  %s", step.at().toMillis() / 1000.0, step.inShort());
    }

    @Override
    public void close() {
        observations.forEach(Observation::close);
    }
}
