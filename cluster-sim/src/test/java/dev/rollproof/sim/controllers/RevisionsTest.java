// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a ControllerRevision keeps, and the name that its hash gives it: as Kubernetes 1.34.4 and 1.37.2 named the same. */
class RevisionsTest {
    private static StatefulSet set(String container, int grace) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web}
                spec:
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: [%s]
                      dnsPolicy: ClusterFirst
                      restartPolicy: Always
                      schedulerName: default-scheduler
                      securityContext: {}
                      terminationGracePeriodSeconds: %d
                """.formatted(container, grace), StatefulSet.class);
    }

    private static Map<String, Object> data(String container, int grace) {
        return Revisions.data(set(container, grace).getSpec().getTemplate());
    }

    private static String container(String image, String policy) {
        return "{image: \"" + image + "\", imagePullPolicy: " + policy + ", name: web, resources: {},"
                + " terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}";
    }

    @Test
    void theHashIsTheOneThatKubernetesComputes() {
        assertThat(Revisions.hash(data(container("a", "Always"), 30), 0)).isEqualTo("7cd6b497cb");
        assertThat(Revisions.hash(data(container("localhost/pause:1", "IfNotPresent"), 1), 0))
                .isEqualTo("b6fd69478");
    }

    @Test
    void aTakenNameGivesAnotherHash() {
        Map<String, Object> data = data(container("a", "Always"), 30);
        assertThat(Revisions.hash(data, 1)).isNotEqualTo(Revisions.hash(data, 0));
    }

    @Test
    void theTemplateComesBackAsItWas() {
        StatefulSet set = set(container("a<b>&\\\"c", "Always"), 30);
        ControllerRevision revision = new ControllerRevision();
        revision.setData(Revisions.data(set.getSpec().getTemplate()));
        assertThat(Revisions.template(revision)).isEqualTo(set.getSpec().getTemplate());
        assertThat(Revisions.hash(Revisions.data(set.getSpec().getTemplate()), 0))
                .isNotEmpty();
    }

    @Test
    void aLongNameIsCutSoThatItsHashFits() {
        assertThat(Revisions.name("x".repeat(240), "abc")).isEqualTo("x".repeat(223) + "-abc");
    }
}
