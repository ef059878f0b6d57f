// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.verifier.RolloutActionException;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Deployment of the canary beside the stable one: its name, its labels, and why there cannot be one. */
final class CanaryManifest {
    static final String TRACK = "track";
    private static final String VERSION = "version";

    private CanaryManifest() {}

    /**
     * The canary's Deployment. It is owned by the stable one, so that it does not outlive it.
     *
     * @throws RolloutActionException if the selectors of the two would match each other's pods, or the stable Deployment
     *     would stop serving while it is promoted
     */
    static Deployment beside(Versions versions, String uid) {
        Deployment stable = versions.after();
        if (!Fenceposts.isRolling(stable)) {
            throw new RolloutActionException(
                    versions.ref() + " has the strategy Recreate, which takes all its pods away"
                            + " when the canary is promoted; a canary needs RollingUpdate");
        }
        Deployment canary = Models.copy(stable);
        canary.getMetadata().setName(stable.getMetadata().getName() + "-canary");
        Map<String, String> podLabels =
                new LinkedHashMap<>(versions.templateAfter().labels());
        podLabels.put(TRACK, "canary");
        podLabels.putIfAbsent(VERSION, version(versions.observedAfter()));
        LabelSelector stableSelector = stable.getSpec().getSelector();
        if (Selectors.matches(stableSelector, podLabels)) {
            throw new RolloutActionException(versions.ref() + " selects "
                    + versions.observedAfter().labelSelector() + ", which also matches the canary's pods ("
                    + Labels.text(podLabels)
                    + "); its selector cannot be changed, so create it anew with \"track: stable\" in its selector and its"
                    + " template, or hold the canary within the one Deployment (withinOneDeployment)");
        }
        LabelSelector selector = new LabelSelector();
        Map<String, String> matchLabels = new LinkedHashMap<>();
        if (stableSelector.getMatchLabels() != null) {
            matchLabels.putAll(stableSelector.getMatchLabels());
        }
        matchLabels.keySet().removeIf(key -> !podLabels.containsKey(key));
        matchLabels.replaceAll((key, value) -> podLabels.getOrDefault(key, value));
        matchLabels.put(TRACK, "canary");
        selector.setMatchLabels(matchLabels);
        for (Map<String, String> stablePods : List.of(
                versions.templateAfter().labels(), versions.templateBefore().labels())) {
            if (Selectors.matches(selector, stablePods)) {
                throw new RolloutActionException("the canary would select " + Labels.text(matchLabels)
                        + ", which also matches the pods of " + versions.ref() + " (" + Labels.text(stablePods)
                        + "); give these another label \"track\", such as \"track: stable\"");
            }
        }
        canary.getSpec().setSelector(selector);
        canary.getSpec().getTemplate().getMetadata().setLabels(podLabels);
        Map<String, String> labels = new LinkedHashMap<>();
        if (stable.getMetadata().getLabels() != null) {
            labels.putAll(stable.getMetadata().getLabels());
        }
        labels.put(TRACK, "canary");
        labels.put(VERSION, podLabels.getOrDefault(VERSION, ""));
        canary.getMetadata().setLabels(labels);
        canary.getMetadata().setOwnerReferences(List.of(owner(stable, uid)));
        return canary;
    }

    /**
     * What only has the canary's name would be overwritten, and go with it at the end.
     *
     * @throws RolloutActionException if there is such a Deployment
     */
    static void refuseForeign(Cluster cluster, Versions versions, String uid) {
        cluster.get(Deployment.class, versions.ref().namespace(), versions.ref().name() + "-canary")
                .map(Observed::from)
                .filter(there -> there.metadata().owners().stream()
                        .noneMatch(owner -> owner.uid().equals(uid)))
                .ifPresent(there -> {
                    throw new RolloutActionException(there.metadata().ref() + " is there already, and is no canary that"
                            + " a rollout of " + versions.ref() + " left behind; rename it, or delete it");
                });
    }

    private static OwnerReference owner(Deployment stable, String uid) {
        OwnerReference owner = new OwnerReference();
        owner.setApiVersion("apps/v1");
        owner.setKind("Deployment");
        owner.setName(stable.getMetadata().getName());
        owner.setUid(uid);
        return owner;
    }

    /** The tag of the first image, as far as a label's value can hold it. */
    private static String version(ObservedDeployment deployment) {
        String image = deployment.template().images().isEmpty()
                ? ""
                : deployment.template().images().get(0);
        String name = image.contains("@") ? image.substring(0, image.indexOf('@')) : image;
        int colon = name.lastIndexOf(':');
        String tag = colon > name.lastIndexOf('/') ? name.substring(colon + 1) : "latest";
        String short63 = tag.length() > 63 ? tag.substring(0, 63) : tag;
        String trimmed = short63.replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
        return trimmed.isEmpty() ? "canary" : trimmed;
    }
}
