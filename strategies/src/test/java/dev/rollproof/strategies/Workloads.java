// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.apps.Deployment;

/** The clock, as tests of strategies deploy it. */
final class Workloads {
    static final ObjectRef CLOCK = new ObjectRef("Deployment", "default", "clock");

    private Workloads() {}

    /** Whose selector would match a canary's pods too. */
    static Deployment clock(int replicas, String image) {
        return labelled(replicas, image, "app: clock");
    }

    /** That leaves room for a canary. */
    static Deployment stable(int replicas, String image) {
        return labelled(replicas, image, "app: clock, track: stable");
    }

    static Deployment labelled(int replicas, String image, String labels) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: clock
                  namespace: default
                spec:
                  replicas: %d
                  selector:
                    matchLabels: {%s}
                  template:
                    metadata:
                      labels: {%s}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: web
                          image: %s
                          readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}
                """.formatted(replicas, labels, labels, image), Deployment.class);
    }
}
