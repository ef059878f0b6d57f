// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.apps.Deployment;

/** The clock, as tests deploy it. */
public final class Deployments {
    public static final ObjectRef CLOCK = new ObjectRef("Deployment", "default", "clock");

    private Deployments() {}

    public static Deployment clock(int replicas, String image) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: clock
                  namespace: default
                spec:
                  replicas: %d
                  selector:
                    matchLabels:
                      app: clock
                  template:
                    metadata:
                      labels:
                        app: clock
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: web
                          image: %s
                          readinessProbe:
                            periodSeconds: 1
                            httpGet:
                              path: /
                              port: 8080
                """.formatted(replicas, image), Deployment.class);
    }
}
