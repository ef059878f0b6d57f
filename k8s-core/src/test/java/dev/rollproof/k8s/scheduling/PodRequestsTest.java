// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

class PodRequestsTest {
    private static final long MEBI = 1L << 20;

    private static PodRequests of(String spec) {
        return PodRequests.of(Models.fromYaml("""
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: clock}
                        spec:
                        """ + spec.indent(2), Pod.class).getSpec());
    }

    @Test
    void containersAreAddedUp() {
        assertThat(of("""
                containers:
                  - {name: a, image: a, resources: {requests: {cpu: 250m, memory: 64Mi}}}
                  - {name: b, image: b, resources: {requests: {cpu: "1"}}}
                  - {name: c, image: c}
                """)).isEqualTo(new PodRequests(1250, 64 * MEBI));
    }

    @Test
    void whatIsLimitedOnlyIsRequestedAsMuch() {
        assertThat(of("""
                containers:
                  - {name: a, image: a, resources: {requests: {cpu: 250m}, limits: {cpu: "1", memory: 64Mi}}}
                """)).isEqualTo(new PodRequests(250, 64 * MEBI));
    }

    @Test
    void anInitContainerRunsBesideTheSidecarsBeforeIt() {
        String app = "\ncontainers:\n  - {name: a, image: a, resources: {requests: {cpu: 100m}}}\n";
        String sidecar = "  - {name: side, image: a, restartPolicy: Always, resources: {requests: {cpu: \"1\"}}}";
        String prepare = "  - {name: prepare, image: a, resources: {requests: {cpu: \"2\"}}}";
        assertThat(of("initContainers:\n" + sidecar + "\n" + prepare + app).milliCpu())
                .isEqualTo(3000);
        assertThat(of("initContainers:\n" + prepare + "\n" + sidecar + app).milliCpu())
                .isEqualTo(2000);
        assertThat(of("initContainers:\n" + sidecar + app).milliCpu()).isEqualTo(1100);
    }

    @Test
    void whatIsRequestedForThePodStandsForItsContainersAndTheOverheadComesOnTop() {
        assertThat(of("""
                resources: {requests: {cpu: 500m}}
                overhead: {cpu: 10m, memory: 8Mi}
                containers:
                  - {name: a, image: a, resources: {requests: {cpu: "2", memory: 64Mi}}}
                """)).isEqualTo(new PodRequests(510, 72 * MEBI));
    }
}
