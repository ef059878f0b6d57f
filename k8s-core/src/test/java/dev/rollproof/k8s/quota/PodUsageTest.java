// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodUsageTest {
    private static PodSpec pod(String spec) {
        return Models.fromYaml("{apiVersion: v1, kind: Pod, metadata: {name: clock}, spec: {" + spec + "}}", Pod.class)
                .getSpec();
    }

    @Test
    void computeResourcesHaveThreeNamesAndOthersFewer() {
        assertThat(PodUsage.of(pod(
                                "containers: [{name: web, image: page, resources: {requests: {cpu: 100m, example.com/gpu:"
                                        + " 1, hugepages-2Mi: 4Mi}, limits: {cpu: 200m, example.com/gpu: 1, hugepages-2Mi:"
                                        + " 4Mi}}}]"))
                        .toString())
                .isEqualTo("{count/pods=1, cpu=0.100, hugepages-2Mi=4194304, limits.cpu=0.200, pods=1,"
                        + " requests.cpu=0.100, requests.example.com/gpu=1, requests.hugepages-2Mi=4194304}");
    }

    @Test
    void theOverheadIsRequestedAndLimitedWhereThereIsALimit() {
        assertThat(PodUsage.of(pod("overhead: {cpu: 10m, memory: 1}, containers: [{name: web, image: page, resources:"
                                + " {requests: {cpu: 100m}, limits: {cpu: 200m}}}]"))
                        .toString())
                .isEqualTo("{count/pods=1, cpu=0.110, limits.cpu=0.210, memory=1, pods=1, requests.cpu=0.110,"
                        + " requests.memory=1}");
    }

    @Test
    void cpuAndMemoryAreWantedOfEachContainerAndOthersOfNone() {
        PodSpec pod = pod("containers: [{name: web, image: page}, {name: side, image: page, resources: {requests: {cpu:"
                + " 1}}}], initContainers: [{name: prepare, image: page}]");
        assertThat(PodUsage.unsaid(List.of("requests.cpu", "memory", "pods", "requests.ephemeral-storage"), pod))
                .containsExactly("memory for: prepare,side,web", "requests.cpu for: prepare,web");
    }

    @Test
    void wherePodsSpeakForThemselvesContainersNeedNot() {
        assertThat(PodUsage.unsaid(
                        List.of("requests.cpu"),
                        pod("resources: {requests: {memory: 1Mi}}, containers: [{name: web, image: page}]")))
                .isEmpty();
    }
}
