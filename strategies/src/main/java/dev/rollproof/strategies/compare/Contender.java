// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.IntOrPercent;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Strategy;
import dev.rollproof.strategies.check.Check;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A strategy that is compared with others.
 *
 * @param name for the table
 * @param maker makes the strategy for each trial
 */
public record Contender(String name, Maker maker) {
    /** Makes a strategy. Called once or more for each trial, on any thread; each time it must be the same but for the checks. */
    @FunctionalInterface
    public interface Maker {
        /** The strategy for one trial, which may watch the new version by the checks it is given. */
        Strategy make(Watching watching);
    }

    /** Watches the new version during one trial. */
    @FunctionalInterface
    public interface Watching {
        /**
         * A check that takes as long as the comparison's options say, and fails if more answers of the new version say 500 or
         * more than they allow.
         *
         * @param name unique within the strategy
         */
        Check check(String name);
    }

    public Contender {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(maker, "maker");
    }

    /** A strategy that brings no checks, or its own. */
    public static Contender of(String name, Strategy strategy) {
        return new Contender(name, watching -> strategy);
    }

    /** All old pods go, then all new ones come. */
    public static Contender recreate() {
        return of("Recreate", Recreate.of());
    }

    /** Named by its limits, such as {@code RollingUpdate 1/0}. */
    public static Contender rolling(RollingUpdate strategy) {
        return of("RollingUpdate " + strategy.maxSurge() + "/" + strategy.maxUnavailable(), strategy);
    }

    /** Watches the new version at each of these weights, then promotes it. */
    public static Contender canary(int... weights) {
        return new Contender("Canary " + listed(weights), watching -> watched(weights, watching));
    }

    /** The same, held within the one Deployment. */
    public static Contender heldCanary(int... weights) {
        return new Contender(
                "Canary " + listed(weights) + " within one",
                watching -> watched(weights, watching).withinOneDeployment());
    }

    /** The same, with weights in an HTTPRoute instead of numbers of pods. */
    public static Contender routedCanary(Scenario scenario, int... weights) {
        String service = scenario.measured().getMetadata().getName();
        return new Contender(
                "Canary " + listed(weights) + " by route",
                watching -> watched(weights, watching).throughRoute(service, service + "-stable", service + "-canary"));
    }

    private static String listed(int... weights) {
        return java.util.Arrays.stream(weights).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    private static Canary watched(int[] weights, Watching watching) {
        Canary canary = Canary.of();
        for (int weight : weights) {
            canary = canary.weight(weight).check(watching.check("few errors at " + weight));
        }
        return canary;
    }

    /** Switches the scenario's Service, watches the new version then, and keeps the old one as long. */
    public static Contender blueGreen(Scenario scenario, ComparisonOptions options) {
        String service = scenario.measured().getMetadata().getName();
        return new Contender(
                "BlueGreen",
                watching -> BlueGreen.behind(service)
                        .checkAfter(watching.check("few errors after the switch"))
                        .keepOldFor(options.watch()));
    }

    /**
     * All strategies for a scenario: Recreate; a rolling update as in the manifest, or with Kubernetes' defaults; one that only
     * adds pods first and one that only takes them away first, where those differ; a canary of two Deployments, one within one,
     * and one behind a gateway; a blue-green. Those that cannot be run are among them.
     *
     * @param weights the canaries'
     */
    public static List<Contender> all(Scenario scenario, ComparisonOptions options, int... weights) {
        List<Contender> all = new ArrayList<>();
        all.add(recreate());
        RollingUpdate manifest = ofManifest(scenario);
        List<Fenceposts> seen = new ArrayList<>();
        for (RollingUpdate rolling : List.of(
                manifest,
                RollingUpdate.of(IntOrPercent.of(1), IntOrPercent.of(0)),
                RollingUpdate.of(IntOrPercent.of(0), IntOrPercent.of(1)))) {
            Fenceposts posts = rolling.fenceposts(scenario.replicas());
            if (!seen.contains(posts)) {
                seen.add(posts);
                all.add(rolling(rolling));
            }
        }
        all.add(canary(weights));
        all.add(heldCanary(weights));
        all.add(routedCanary(scenario, weights));
        all.add(blueGreen(scenario, options));
        return Collections.unmodifiableList(all);
    }

    private static RollingUpdate ofManifest(Scenario scenario) {
        var strategy = scenario.before().getSpec().getStrategy();
        RollingUpdateDeployment limits = strategy == null ? null : strategy.getRollingUpdate();
        RollingUpdate defaults = RollingUpdate.of();
        return limits == null
                ? defaults
                : RollingUpdate.of(
                        limit(limits.getMaxSurge(), defaults.maxSurge()),
                        limit(limits.getMaxUnavailable(), defaults.maxUnavailable()));
    }

    private static IntOrPercent limit(@Nullable IntOrString value, IntOrPercent absent) {
        if (value == null) {
            return absent;
        }
        return value.getStrVal() != null ? IntOrPercent.from(value.getStrVal()) : IntOrPercent.of(value.getIntVal());
    }
}
