// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.strategies.drive.Split;
import dev.rollproof.verifier.RolloutActionException;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Whether a route and its two Services are fit for a canary: all that can be known before anything is written. */
final class RouteCheck {
    private final Cluster cluster;
    private final Canary canary;
    private final Split split;

    private RouteCheck(Cluster cluster, Canary canary, Split split) {
        this.cluster = cluster;
        this.canary = canary;
        this.split = split;
    }

    /** The Services that a shift names, in the namespace of the workload. */
    static Split split(Canary.Shift.ThroughRoute shift, ObjectRef workload) {
        return new Split(
                new ObjectRef("HTTPRoute", workload.namespace(), shift.route()),
                shift.stableService(),
                shift.canaryService());
    }

    /**
     * The weights that there are.
     *
     * @param beside the canary's Deployment
     * @throws RolloutActionException if requests could not be split as the strategy says, or would go where no pod answers
     */
    static RouteWeights of(Cluster cluster, Canary canary, Split split, Versions versions, Deployment beside) {
        if (versions.replicasBefore() == 0 || versions.replicasAfter() == 0) {
            throw new RolloutActionException(
                    versions.ref() + " would go from " + versions.replicasBefore() + " to "
                            + versions.replicasAfter()
                            + " replicas: requests can be split only where both versions have pods; roll it out without a route");
        }
        RouteCheck check = new RouteCheck(cluster, canary, split);
        Map<String, String> stableBefore = versions.templateBefore().labels();
        Map<String, String> stableAfter = versions.templateAfter().labels();
        Map<String, String> canaryPods = Observed.from(beside).template().labels();
        check.selects(split.stable(), List.of(stableBefore, stableAfter), List.of(canaryPods));
        check.selects(split.canary(), List.of(canaryPods), List.of(stableBefore, stableAfter));
        return check.weights(check.route());
    }

    private void selects(String name, List<Map<String, String>> its, List<Map<String, String>> others) {
        String namespace = split.route().namespace();
        String service = "Service/" + name + " in " + namespace;
        Service found = cluster.get(Service.class, namespace, name)
                .orElseThrow(() -> new RolloutActionException(
                        service + " does not exist; create it with the selector " + Labels.text(its.get(0))));
        Map<String, String> selector = Observed.from(found).selector();
        for (Map<String, String> pods : its) {
            if (selector.isEmpty() || !Selectors.containsAll(pods, selector)) {
                throw new RolloutActionException(service + " selects "
                        + (selector.isEmpty() ? "nothing" : Labels.text(selector))
                        + ", which does not match the pods ("
                        + Labels.text(pods) + ") that are to get its requests; correct its selector");
            }
        }
        for (Map<String, String> pods : others) {
            if (Selectors.containsAll(pods, selector)) {
                throw new RolloutActionException(service + " selects " + Labels.text(selector)
                        + ", which also matches the pods of the other version (" + Labels.text(pods)
                        + "), so weights would split nothing; add \"" + CanaryManifest.TRACK + ": "
                        + its.get(0).getOrDefault(CanaryManifest.TRACK, "stable") + "\" to its selector");
            }
        }
    }

    private HTTPRoute route() {
        ObjectRef ref = split.route();
        return cluster.get(HTTPRoute.class, ref.namespace(), ref.name())
                .orElseThrow(() -> new RolloutActionException(
                        isServed()
                                ? ref + " does not exist; create it with Service/" + split.stable() + " and Service/"
                                        + split.canary() + ", the latter with weight 0, as backends of a rule"
                                : "the cluster serves no HTTPRoutes (gateway.networking.k8s.io/v1): the Gateway API is not"
                                        + " installed; install it and a gateway, or shift by replicas"));
    }

    private boolean isServed() {
        try {
            cluster.list(Query.of(HTTPRoute.class).inNamespace(split.route().namespace()));
            return true;
        } catch (ClusterException refused) {
            // Who may read one route and not list them is told that this one is not there.
            return refused.reason() != Reason.NOT_FOUND;
        }
    }

    private RouteWeights weights(HTTPRoute route) {
        List<Split.Shared> shared = split.rules(route);
        if (shared.isEmpty()) {
            throw noRule(route);
        }
        List<RouteWeights.Rule> rules = new ArrayList<>();
        for (Split.Shared rule : shared) {
            once(rule, rule.stable(), split.stable());
            once(rule, rule.canary(), split.canary());
            int stable = rule.weights().stable();
            if (rule.weights().canary() != 0) {
                throw new RolloutActionException(rule.path(rule.canary().get(0)) + " of " + split.route()
                        + " gives Service/"
                        + split.canary() + " the weight " + rule.weights().canary()
                        + ", and there are no pods behind it yet; set its weight to 0");
            }
            if (stable == 0) {
                throw new RolloutActionException(
                        rule.path(rule.stable().get(0)) + " of " + split.route() + " gives Service/" + split.stable()
                                + " the weight 0, so there is nothing to take a part of; set its weight to 1");
            }
            rules.add(divisible(rule, stable));
        }
        return new RouteWeights(rules);
    }

    private void once(Split.Shared rule, List<Integer> backends, String service) {
        if (backends.size() > 1) {
            throw new RolloutActionException("spec.rules[" + rule.index() + "] of " + split.route() + " names Service/"
                    + service + " " + backends.size()
                    + " times, so it is not clear which of them is to be weighed; name it once");
        }
    }

    private RouteWeights.Rule divisible(Split.Shared rule, int stable) {
        List<HTTPBackendRef> backends = rule.rule().getBackendRefs();
        int others = 0;
        for (int i = 0; i < backends.size(); i++) {
            others += i == rule.stable().get(0) ? 0 : Split.weightOf(backends.get(i));
        }
        RouteWeights.Rule divided = new RouteWeights.Rule(stable, others == 0);
        for (Step step : canary.steps()) {
            if (step instanceof Step.Weight weight && !divided.canBeDividedAt(weight.percent())) {
                throw new RolloutActionException("spec.rules[" + rule.index() + "] of " + split.route()
                        + " has other backends with weights, beside which the weight " + stable + " of Service/"
                        + split.stable() + " cannot be divided for " + step.inWords()
                        + "; multiply all weights of the rule by 100");
            }
        }
        return divided;
    }

    private RolloutActionException noRule(HTTPRoute route) {
        TreeSet<String> named = new TreeSet<>();
        boolean hasStable = false;
        for (HTTPRouteRule rule : Objects.requireNonNullElse(route.getSpec().getRules(), List.<HTTPRouteRule>of())) {
            hasStable |= !split.backends(rule, split.stable()).isEmpty();
            for (HTTPBackendRef backend :
                    Objects.requireNonNullElse(rule.getBackendRefs(), List.<HTTPBackendRef>of())) {
                named.add(Objects.requireNonNullElse(backend.getKind(), "Service") + "/" + backend.getName());
            }
        }
        if (hasStable) {
            return new RolloutActionException("no rule of " + split.route() + " has Service/" + split.canary()
                    + " beside Service/" + split.stable() + " among its backends; add it there, with weight 0");
        }
        return new RolloutActionException("no rule of " + split.route() + " has Service/" + split.stable()
                + " among its backends, which are " + (named.isEmpty() ? "none" : String.join(", ", named))
                + "; name the Service that gets the requests now, or add it");
    }
}
