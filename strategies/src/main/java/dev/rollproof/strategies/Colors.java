// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.RolloutActionException;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The two Deployments of a blue-green: the one of the manifest and the other beside it.
 *
 * @param base the colour of the manifest's Deployment
 * @param live the colour that the Service points at when the rollout begins
 */
record Colors(String base, String live) {
    static final String LABEL = "color";
    private static final String BLUE = "blue";
    private static final String GREEN = "green";

    /**
     * Reads which colour is live.
     *
     * @throws RolloutActionException if the labels do not tell the two apart
     */
    static Colors of(BlueGreen strategy, Versions versions, Cluster cluster) {
        String base = base(versions);
        ObjectRef workload = versions.ref();
        String live = selector(cluster, versions, strategy.service(), base);
        if (strategy.preview().isPresent()) {
            selector(cluster, versions, strategy.preview().get(), base);
        }
        Colors colors = new Colors(base, live);
        colors.refuseForeign(cluster, versions);
        if (!live.equals(base)
                && cluster.get(Deployment.class, workload.namespace(), colors.nameOf(live, workload.name()))
                        .isEmpty()) {
            throw new RolloutActionException("Service/" + strategy.service() + " in " + workload.namespace()
                    + " selects " + LABEL + "=" + live + ", and there is no Deployment/"
                    + colors.nameOf(live, workload.name()) + " to have such pods; point it at " + LABEL + "=" + base);
        }
        return colors;
    }

    private static String base(Versions versions) {
        String base = versions.templateAfter().labels().getOrDefault(LABEL, "");
        Map<String, String> selector = versions.after().getSpec().getSelector().getMatchLabels();
        if (!(base.equals(BLUE) || base.equals(GREEN)) || selector == null || !base.equals(selector.get(LABEL))) {
            throw new RolloutActionException(versions.ref() + " selects "
                    + versions.observedAfter().labelSelector()
                    + ", which would match the pods of both colours; its selector cannot be changed, so create it anew with \""
                    + LABEL + ": " + BLUE + "\" in its selector and its template");
        }
        return base;
    }

    /** What only has the name of the other colour would be overwritten. */
    private void refuseForeign(Cluster cluster, Versions versions) {
        String namespace = versions.ref().namespace();
        String name = nameOf(other(base), versions.ref().name());
        Map<String, String> ours =
                colored(versions.after().getSpec().getSelector().getMatchLabels(), other(base));
        cluster.get(Deployment.class, namespace, name)
                .filter(there -> !ours.equals(there.getSpec().getSelector().getMatchLabels()))
                .map(Observed::from)
                .ifPresent(there -> {
                    throw new RolloutActionException(there.metadata().ref() + " is there already, and selects "
                            + there.labelSelector() + " instead of " + Labels.text(ours)
                            + ", so it is not the other colour of " + versions.ref() + "; rename it, or delete it");
                });
    }

    private static String selector(Cluster cluster, Versions versions, String name, String base) {
        String namespace = versions.ref().namespace();
        Service service = cluster.get(Service.class, namespace, name)
                .orElseThrow(() -> new RolloutActionException("Service/" + name + " in " + namespace
                        + " does not exist; create it with \"" + LABEL + ": " + base + "\" in its selector"));
        Map<String, String> selector = Observed.from(service).selector();
        String live = selector.getOrDefault(LABEL, "");
        if (!(live.equals(BLUE) || live.equals(GREEN))) {
            throw new RolloutActionException("Service/" + name + " in " + namespace + " selects "
                    + Labels.text(selector) + ", which matches the pods of both colours; add \"" + LABEL + ": "
                    + base
                    + "\" to its selector");
        }
        Map<String, String> pods = colored(versions.templateAfter().labels(), live);
        if (!pods.entrySet().containsAll(selector.entrySet())) {
            throw new RolloutActionException("Service/" + name + " in " + namespace + " selects "
                    + Labels.text(selector) + ", which does not match the pods of " + versions.ref() + " ("
                    + Labels.text(pods) + "); name the Service in front of them, or change its selector");
        }
        return live;
    }

    static String other(String color) {
        return color.equals(BLUE) ? GREEN : BLUE;
    }

    /** The colour that the new version gets. */
    String next() {
        return other(live);
    }

    /** The name of the Deployment of a colour. */
    String nameOf(String color, String baseName) {
        return color.equals(base) ? baseName : baseName + "-" + color;
    }

    /** The new version as the Deployment of its colour. */
    Deployment manifest(Versions versions) {
        Deployment manifest = Models.copy(versions.after());
        String color = next();
        manifest.getMetadata()
                .setName(nameOf(color, versions.after().getMetadata().getName()));
        manifest.getMetadata().setLabels(colored(manifest.getMetadata().getLabels(), color));
        manifest.getSpec()
                .getSelector()
                .setMatchLabels(colored(manifest.getSpec().getSelector().getMatchLabels(), color));
        var pods = manifest.getSpec().getTemplate().getMetadata();
        pods.setLabels(colored(pods.getLabels(), color));
        return manifest;
    }

    private static Map<String, String> colored(
            @org.jspecify.annotations.Nullable Map<String, String> labels, String color) {
        Map<String, String> colored = new LinkedHashMap<>();
        if (labels != null) {
            colored.putAll(labels);
        }
        colored.put(LABEL, color);
        return colored;
    }
}
