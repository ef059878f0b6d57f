// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;

/** The Deployments that benchmarks roll out. */
final class Clocks {
    private Clocks() {}

    static Deployment deployment(String name, int replicas, String image) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("clock")
                .withImage(image)
                .addNewPort()
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    static void setImage(Cluster cluster, String name, String image) {
        cluster.patch(
                Deployment.class,
                "default",
                name,
                Patch.strategicMerge(
                        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"clock\",\"image\":\"" + image
                                + "\"}]}}}}"),
                WriteOptions.defaults());
    }

    /** Fails unless the Deployment is complete: a benchmark of something else would be worth nothing. */
    static void requireComplete(Cluster cluster, String name) {
        ObservedDeployment d =
                Observed.from(cluster.get(Deployment.class, "default", name).orElseThrow());
        if (d.observedGeneration() != d.metadata().generation()
                || d.updatedReplicas() != d.replicas()
                || d.availableReplicas() != d.replicas()
                || d.statusReplicas() != d.replicas()) {
            throw new IllegalStateException("the rollout is not complete: " + d);
        }
    }
}
