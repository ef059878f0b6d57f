// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;

/** The clock as it is compared. */
final class Scenes {
    static final String BAD = "clock:1.2-bad";

    private Scenes() {}

    static Deployment clock(int replicas, String labels) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock}
                spec:
                  replicas: %d
                  selector: {matchLabels: {%s}}
                  template:
                    metadata: {labels: {%s}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                      - name: web
                        image: clock:1.1
                        readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}
                """.formatted(replicas, labels, labels), Deployment.class);
    }

    static Service service(String selector) {
        return Models.fromYaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: clock}
                spec:
                  selector: {%s}
                  ports: [{port: 80, targetPort: 8080}]
                """.formatted(selector), Service.class);
    }

    /** From 1.1 to 1.2, behind a Service. */
    static Scenario scenario(int replicas) {
        return Scenario.of(clock(replicas, "app: clock"), Optional.empty(), "clock:1.2")
                .behind(service("app: clock"));
    }

    /** Simulated clusters on which the bad image behaves so. */
    static TestBed.Source beds(ImageBehavior bad) {
        return seed -> {
            SimulatedCluster cluster = SimulatedCluster.builder()
                    .seed(seed)
                    .images(new Images().declare(BAD, bad))
                    .build();
            return new TestBed(cluster, cluster.traffic());
        };
    }

    static TestBed.Source beds() {
        return beds(ImageBehavior.wellBehaved().failsRequests(0.5));
    }
}
