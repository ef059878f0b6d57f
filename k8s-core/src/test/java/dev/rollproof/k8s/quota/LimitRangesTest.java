// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What LimitRanges add and refuse, in the words of a Kubernetes 1.37 with the same ones. */
class LimitRangesTest {
    private static PodSpec pod(String spec) {
        return Models.fromYaml("{apiVersion: v1, kind: Pod, metadata: {name: clock}, spec: {" + spec + "}}", Pod.class)
                .getSpec();
    }

    private static PodSpec web(String resources) {
        return pod("containers: [{name: web, image: page, resources: {" + resources + "}}]");
    }

    private static LimitRanges of(String... limits) {
        List<LimitRange> ranges = new ArrayList<>();
        for (String items : limits) {
            ranges.add(Models.fromYaml(
                    "{apiVersion: v1, kind: LimitRange, metadata: {name: limits" + ranges.size() + "}, spec: {limits: ["
                            + items + "]}}",
                    LimitRange.class));
        }
        return new LimitRanges(ranges);
    }

    /** As a server stores it: of the maximum it has made a default. */
    private static final String STRICT = "{type: Container, default: {cpu: \"1\", memory: 256Mi},"
            + " defaultRequest: {cpu: 100m, memory: 256Mi}, min: {cpu: 50m}, max: {memory: 1Gi},"
            + " maxLimitRequestRatio: {memory: 3}}, {type: Pod, max: {cpu: 1500m}}";

    private static List<String> reasons(LimitRanges ranges, PodSpec template) {
        return ranges.refusals(ranges.admitted(template)).stream()
                .map(LimitRanges.Refusal::reason)
                .toList();
    }

    private static String said(PodSpec pod) {
        ResourceRequirements said = pod.getContainers().get(0).getResources();
        return "requests " + new java.util.TreeMap<>(said.getRequests()) + " limits "
                + new java.util.TreeMap<>(said.getLimits());
    }

    @Test
    void whatAContainerDoesNotSayItGetsByDefault() {
        assertThat(said(of(STRICT).admitted(pod("containers: [{name: web, image: page}]"))))
                .isEqualTo("requests {cpu=100m, memory=256Mi} limits {cpu=1, memory=256Mi}");
        assertThat(said(of(STRICT).admitted(web("requests: {cpu: 70m}"))))
                .isEqualTo("requests {cpu=70m, memory=256Mi} limits {cpu=1, memory=256Mi}");
    }

    @Test
    void whatIsLimitedIsRequestedWhateverTheDefaultRequest() {
        assertThat(said(of(STRICT).admitted(web("limits: {cpu: 500m}"))))
                .isEqualTo("requests {cpu=500m, memory=256Mi} limits {cpu=500m, memory=256Mi}");
    }

    @Test
    void initContainersGetTheDefaultsToo() {
        PodSpec pod = pod("initContainers: [{name: prepare, image: page}], containers: [{name: web, image: page}]");
        PodSpec admitted = of(STRICT).admitted(pod);
        assertThat(admitted.getInitContainers().get(0).getResources().getRequests())
                .containsOnlyKeys("cpu", "memory");
        assertThat(pod.getInitContainers().get(0).getResources())
                .as("the template")
                .isNull();
    }

    @Test
    void whatIsLimitedForAPodAsAWholeIsRequestedAsItsContainersDoOrElseAsMuch() {
        PodSpec admitted = LimitRanges.NONE.admitted(pod("resources: {limits: {cpu: 2, memory: 1Gi}}, containers:"
                + " [{name: web, image: page, resources: {requests: {cpu: 100m}}}]"));
        assertThat(new java.util.TreeMap<>(admitted.getResources().getRequests()))
                .hasToString("{cpu=100m, memory=1Gi}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            requests: {cpu: 0.01} | minimum cpu usage per Container is 50m, but request is 10m
            limits: {memory: 2048Mi} | maximum memory usage per Container is 1Gi, but limit is 2Gi
            limits: {memory: 512Mi}, requests: {memory: 70M} | memory max limit to request ratio per Container is 3, but provided ratio is 7.669584
            requests: {memory: 0} | memory max limit to request ratio per Container is 3, but no request is specified or request is 0
            limits: {cpu: 1.6} | maximum cpu usage per Pod is 1500m, but limit is 1600m
            """)
    void aPodThatIsNotWithinTheLimitsIsRefused(String resources, String reason) {
        assertThat(reasons(of(STRICT), web(resources))).containsExactly(reason);
        assertThat(reasons(of(STRICT), web("requests: {cpu: 50m}, limits: {memory: 1Gi}")))
                .isEmpty();
    }

    @Test
    void containersTogetherMayBeTooMuchForAPod() {
        assertThat(reasons(of(STRICT), pod("containers: [{name: web, image: page}, {name: side, image: page}]")))
                .containsExactly("maximum cpu usage per Pod is 1500m, but limit is 2");
    }

    @Test
    void aPodMayBeRefusedByItsInitContainer() {
        assertThat(reasons(
                        of(STRICT),
                        pod("initContainers: [{name: prepare, image: page, resources: {limits: {memory: 2Gi}}}],"
                                + " containers: [{name: web, image: page}]")))
                .containsExactly("maximum memory usage per Container is 1Gi, but limit is 2Gi");
    }

    @Test
    void whatIsSaidForThePodAsAWholeCountsForThePod() {
        assertThat(reasons(of(STRICT), pod("resources: {limits: {cpu: 1.6}}, containers: [{name: web, image: page}]")))
                .containsExactly("maximum cpu usage per Pod is 1500m, but limit is 1600m");
    }

    private static final String SUMS = "{type: Pod, max: {memory: 100M}, min: {cpu: 1}}";

    @ParameterizedTest
    @CsvSource({"64Mi, 64M, 128036Ki", "64M, 64Mi, 131108864", "1e8, 64Mi, 167108864"})
    void aSumIsWrittenInTheFormOfItsFirstPart(String first, String second, String sum) {
        assertThat(reasons(of(SUMS), pod("""
                        containers: [{name: web, image: page, resources: {requests: {cpu: 1}, limits: {memory: %s}}},
                          {name: side, image: page, resources: {limits: {memory: %s}}}]""".formatted(first, second))))
                .containsExactly("maximum memory usage per Pod is 100M, but limit is " + sum);
    }

    @Test
    void whatNobodySaysIsRefusedWhereALimitWantsIt() {
        assertThat(reasons(of(SUMS), pod("containers: [{name: web, image: page}]")))
                .containsExactly(
                        "[minimum cpu usage per Pod is 1.  No request is specified, maximum memory usage per Pod"
                                + " is 100M.  No limit is specified]");
    }

    @Test
    void eachLimitRangeHasItsSay() {
        assertThat(of("{type: Container, max: {cpu: 2}}", "{type: Container, max: {cpu: 1}}")
                        .refusals(web("limits: {cpu: 3}")))
                .containsExactly(
                        new LimitRanges.Refusal("limits0", "maximum cpu usage per Container is 2, but limit is 3"),
                        new LimitRanges.Refusal("limits1", "maximum cpu usage per Container is 1, but limit is 3"));
    }

    @Test
    void limitsOfClaimsAreNoConcernOfPods() {
        assertThat(reasons(of("{type: PersistentVolumeClaim, max: {storage: 1Gi}}"), web("")))
                .isEmpty();
    }

    @Test
    void aQuantityThatIsNoneIsRefused() {
        LimitRanges broken = of("{type: Container, max: {cpu: much}}");
        PodSpec pod = web("limits: {cpu: 1}");
        assertThatThrownBy(() -> broken.refusals(pod)).isInstanceOf(IllegalArgumentException.class);
    }
}
