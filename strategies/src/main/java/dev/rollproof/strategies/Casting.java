// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.drive.BackTo;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.strategies.drive.Split;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackPoint;
import dev.rollproof.verifier.judge.Expectation;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes the play of a strategy for a workload, and makes it again from what was kept in the cluster. */
final class Casting {
    private Casting() {}

    /**
     * @param uid the uid of the Deployment that is rolled out
     * @throws dev.rollproof.verifier.RolloutActionException if the workload does not fit the strategy
     */
    static Play<?> of(
            Driven strategy,
            Cluster cluster,
            Versions versions,
            String uid,
            Duration patience,
            Optional<Rollback> rollback) {
        if (strategy instanceof BlueGreen blueGreen) {
            Colors colors = Colors.of(blueGreen, versions, cluster);
            ObjectRef live = new ObjectRef(
                    "Deployment",
                    versions.ref().namespace(),
                    colors.nameOf(colors.live(), versions.ref().name()));
            return new BlueGreenPlay(blueGreen, versions.with(backTo(rollback, cluster, live)), colors, patience);
        }
        Canary canary = (Canary) strategy;
        if (!(canary.shift() instanceof Canary.Shift.WithinOneDeployment)) {
            CanaryManifest.refuseForeign(cluster, versions, uid);
        }
        if (canary.shift() instanceof Canary.Shift.ThroughRoute shift) {
            Deployment beside = CanaryManifest.beside(versions, uid);
            Split split = RouteCheck.split(shift, versions.ref());
            RouteWeights weights = RouteCheck.of(cluster, canary, split, versions, beside);
            Versions both = versions.with(backTo(rollback, cluster, versions.ref()));
            return new RoutedCanaryPlay(canary, both, beside, split, weights, patience);
        }
        // Refused before anything is marked.
        of(canary, versions, uid, patience);
        return of(canary, versions.with(backTo(rollback, cluster, versions.ref())), uid, patience);
    }

    /** What the Deployment of the old version goes back to: it is marked, if it is complete now. */
    private static Optional<BackTo> backTo(Optional<Rollback> rollback, Cluster cluster, ObjectRef old) {
        return rollback.flatMap(asked -> {
            RollbackPoint point = asked.before(cluster, old);
            return cluster.get(Deployment.class, old.namespace(), old.name())
                    .map(current -> point.wayBack()
                            .map(way -> BackTo.of(current, way.deployment(), way.revision(), way.replicaSet()))
                            .orElseGet(() -> BackTo.nothing("no revision was seen complete")));
        });
    }

    private static Play<?> of(Canary canary, Versions versions, String uid, Duration patience) {
        return canary.shift() instanceof Canary.Shift.WithinOneDeployment
                ? HeldCanaryPlay.of(canary, versions, patience)
                : new CanaryPlay(canary, versions, CanaryManifest.beside(versions, uid), patience);
    }

    /** What is kept beside the state. */
    static Map<String, Object> script(Canary strategy, Versions versions, Duration patience) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("strategy", "Canary");
        tree.put("shift", strategy.shift().getClass().getSimpleName());
        tree.put("abort", strategy.abort().name());
        tree.put("steps", Step.script(strategy.steps()));
        tree.put("patience", patience.toString());
        tree.put("versions", versions.script());
        return tree;
    }

    /** Likewise, with the weights that the route had before: half-way they could not be read from it any more. */
    static Map<String, Object> script(Canary strategy, Versions versions, Duration patience, RouteWeights weights) {
        Canary.Shift.ThroughRoute shift = (Canary.Shift.ThroughRoute) strategy.shift();
        Map<String, Object> route = new LinkedHashMap<>();
        route.put("name", shift.route());
        route.put("stable", shift.stableService());
        route.put("canary", shift.canaryService());
        shift.canaryPods().ifPresent(pods -> route.put("canaryPods", pods));
        route.put("dynamicStableScale", shift.dynamicStableScale());
        route.put("gatewayFollows", shift.gatewayFollows().toString());
        route.put("rules", weights.script());
        Map<String, Object> tree = script(strategy, versions, patience);
        tree.put("route", route);
        return tree;
    }

    private static Canary.Shift.ThroughRoute shift(Map<?, ?> route) {
        return new Canary.Shift.ThroughRoute(
                String.valueOf(route.get("name")),
                String.valueOf(route.get("stable")),
                String.valueOf(route.get("canary")),
                route.get("canaryPods") instanceof Number pods ? OptionalInt.of(pods.intValue()) : OptionalInt.empty(),
                Boolean.TRUE.equals(route.get("dynamicStableScale")),
                Duration.parse(String.valueOf(route.get("gatewayFollows"))));
    }

    /** Makes the play again. */
    @SuppressWarnings("unchecked")
    static Play<?> from(String script, String uid, Map<String, Check> checks) {
        try {
            Map<String, Object> tree = Objects.requireNonNull(Models.parseJson(script));
            Versions versions = Versions.from((Map<String, ?>) Objects.requireNonNull(tree.get("versions")));
            Duration patience = Duration.parse(String.valueOf(tree.get("patience")));
            if ("BlueGreen".equals(tree.get("strategy"))) {
                return new BlueGreenPlay(
                        blueGreen(tree, checks),
                        versions,
                        new Colors(String.valueOf(tree.get("base")), String.valueOf(tree.get("live"))),
                        patience);
            }
            List<Step> steps = Step.from((List<?>) Objects.requireNonNull(tree.get("steps")), checks);
            Canary.Abort abort = Canary.Abort.valueOf(String.valueOf(tree.get("abort")));
            if (tree.get("route") instanceof Map<?, ?> route) {
                Canary.Shift.ThroughRoute shift = shift(route);
                return new RoutedCanaryPlay(
                        new Canary(steps, shift, abort),
                        versions,
                        CanaryManifest.beside(versions, uid),
                        RouteCheck.split(shift, versions.ref()),
                        RouteWeights.from((List<?>) Objects.requireNonNull(route.get("rules"))),
                        patience);
            }
            Canary.Shift shift = "WithinOneDeployment".equals(tree.get("shift"))
                    ? new Canary.Shift.WithinOneDeployment()
                    : new Canary.Shift.ByReplicas();
            return of(new Canary(steps, shift, abort), versions, uid, patience);
        } catch (IllegalArgumentException | NullPointerException | ClassCastException unreadable) {
            throw new IllegalArgumentException(
                    "the rollout that is kept in the Deployment's annotation rollproof.dev/rollout is not one that this version can"
                            + " read: " + unreadable.getMessage()
                            + "; remove it and rollproof.dev/state, after looking at what it left behind",
                    unreadable);
        }
    }

    private static BlueGreen blueGreen(Map<String, Object> tree, Map<String, Check> checks) {
        return new BlueGreen(
                String.valueOf(tree.get("service")),
                Optional.ofNullable(tree.get("preview")).map(String::valueOf),
                Step.from((List<?>) Objects.requireNonNull(tree.get("before")), checks),
                Step.from((List<?>) Objects.requireNonNull(tree.get("after")), checks),
                Duration.parse(String.valueOf(tree.get("keepOldFor"))));
    }

    /**
     * What is expected of a Deployment: of the one that is rolled out its old template or its new one, so that somebody
     * else's is noticed.
     *
     * @param any whether any template will do, since the rollout is turning back from whatever there is
     */
    static Expectation expected(Versions versions, boolean isNew, boolean any, Deployment stored) {
        Expectation actual = Expectation.of(Observed.from(stored));
        if (any || !actual.workload().name().equals(versions.ref().name())) {
            return actual;
        }
        return new Expectation(
                actual.workload(),
                actual.uid(),
                actual.generation(),
                actual.labelSelector(),
                isNew ? versions.templateAfter() : versions.templateBefore());
    }
}
