// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Strategy;
import dev.rollproof.strategies.check.Check;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A contender with the manifests that it needs: those of the scenario, with the strategy in its field, and with the labels that
 * tell the pods of two Deployments apart.
 *
 * @param front what users ask
 * @param notes what was changed in the manifests, for people
 * @param whyNot one sentence why this strategy cannot be run; empty where it can
 */
record Fitting(
        Contender contender,
        Deployment before,
        Deployment after,
        Optional<Deployment> bad,
        Front front,
        List<String> notes,
        Optional<String> whyNot) {
    private static final Check UNUSED = Check.of("unused", context -> true);

    static Fitting of(Contender contender, Scenario scenario) {
        Strategy strategy = contender.maker().make(name -> new Check(name, UNUSED.probe(), UNUSED.limits()));
        Fitting fitting = new Fitting(
                contender,
                scenario.before(),
                scenario.after(),
                scenario.bad().map(Scenario.Bad::deployment),
                Front.of(scenario.measured()),
                List.of(),
                Optional.empty());
        if (strategy instanceof Recreate recreate) {
            return fitting.rolledBy(recreate.toModel());
        }
        if (strategy instanceof RollingUpdate rolling) {
            return fitting.rolledBy(rolling.toModel());
        }
        return strategy instanceof Canary canary
                ? fitting.forCanary(canary, scenario)
                : fitting.forBlueGreen((BlueGreen) strategy, scenario);
    }

    private interface Edit {
        void make(Deployment copy);
    }

    private Fitting edited(Edit edit) {
        return new Fitting(
                contender,
                edited(before, edit),
                edited(after, edit),
                bad.map(d -> edited(d, edit)),
                front,
                notes,
                whyNot);
    }

    private static Deployment edited(Deployment d, Edit edit) {
        Deployment copy = Models.copy(d);
        edit.make(copy);
        return copy;
    }

    private Fitting rolledBy(DeploymentStrategy model) {
        return edited(copy -> copy.getSpec().setStrategy(Models.copy(model)));
    }

    private Fitting noting(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(contender.name() + ": " + note);
        return new Fitting(contender, before, after, bad, front, more, whyNot);
    }

    private Fitting behind(Front value) {
        return new Fitting(contender, before, after, bad, value, notes, whyNot);
    }

    private Fitting leftOut(String why) {
        return new Fitting(contender, before, after, bad, front, notes, Optional.of(why));
    }

    private Fitting labelled(String key, String value) {
        return edited(copy -> {
            var selector = copy.getSpec().getSelector();
            selector.setMatchLabels(with(selector.getMatchLabels(), key, value));
            var pods = copy.getSpec().getTemplate().getMetadata();
            pods.setLabels(with(pods.getLabels(), key, value));
        });
    }

    private static Map<String, String> with(@Nullable Map<String, String> labels, String key, String value) {
        Map<String, String> more = labels == null ? new LinkedHashMap<>() : new LinkedHashMap<>(labels);
        more.put(key, value);
        return more;
    }

    private String label(String key) {
        Map<String, String> wanted = before.getSpec().getSelector().getMatchLabels();
        return wanted == null ? "" : wanted.getOrDefault(key, "");
    }

    private Fitting forCanary(Canary canary, Scenario scenario) {
        boolean within = canary.shift() instanceof Canary.Shift.WithinOneDeployment;
        if (within && scenario.replicas() < 2) {
            return leftOut("two versions do not fit within one Deployment of " + scenario.replicas() + " replica");
        }
        Fitting rolling = Fenceposts.isRolling(before)
                ? this
                : rolledBy(RollingUpdate.of().toModel())
                        .noting("with the strategy RollingUpdate instead of Recreate, which takes all pods away");
        if (within) {
            return rolling;
        }
        String track = label("track");
        Fitting labelled = track.isEmpty()
                ? rolling.labelled("track", "stable")
                        .noting(
                                "with \"track: stable\" in the Deployment's selector and pods, which tells them from the canary's")
                : rolling;
        return canary.shift() instanceof Canary.Shift.ThroughRoute route
                ? labelled.behind(Front.routed(scenario.measured(), route, track.isEmpty() ? "stable" : track))
                        .noting(
                                "behind a gateway, with an HTTPRoute to a Service for each track; users ask the gateway")
                : labelled;
    }

    private Fitting forBlueGreen(BlueGreen blueGreen, Scenario scenario) {
        if (scenario.service()
                .filter(s -> s.getMetadata().getName().equals(blueGreen.service()))
                .isEmpty()) {
            return leftOut("there is no Service to switch among the manifests; add the one that selects the pods of "
                    + scenario.ref());
        }
        String color = label("color");
        Service service = scenario.measured();
        Map<String, String> selector = service.getSpec().getSelector();
        if (color.equals("blue") || color.equals("green")) {
            if (color.equals(selector.get("color"))) {
                return this;
            }
        } else {
            color = "blue";
        }
        Service coloured = Models.copy(service);
        coloured.getSpec().setSelector(with(selector, "color", color));
        return labelled("color", color)
                .behind(Front.of(coloured))
                .noting("with \"color: " + color
                        + "\" in the selectors and pods of Deployment and Service, which tells the two colours apart");
    }
}
