// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPortsTest {
    private static String spec(String port) {
        return "{containers: [{name: web, ports: [{containerPort: 80, " + port + "}]}]}";
    }

    @ParameterizedTest(name = "{0} beside {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "hostPort: 80 | hostPort: 80 | false",
                "hostPort: 80 | hostPort: 81 | true",
                "hostPort: 0 | hostPort: 0 | true",
                "hostPort: 80 | 'hostPort: 80, protocol: TCP' | false",
                "hostPort: 80 | 'hostPort: 80, protocol: UDP' | true",
                "hostPort: 80 | 'hostPort: 80, hostIP: 10.0.0.1' | false",
                "'hostPort: 80, hostIP: 10.0.0.1' | hostPort: 80 | false",
                "'hostPort: 80, hostIP: 10.0.0.1' | 'hostPort: 80, hostIP: 10.0.0.1' | false",
                "'hostPort: 80, hostIP: 10.0.0.1' | 'hostPort: 80, hostIP: 10.0.0.2' | true",
            })
    void twoPodsOnOneNode(String one, String other, boolean fit) {
        Neighbourhood nodes = Neighbourhood.of("a1").with("a1", Neighbourhood.pod("web", spec(one)));
        HostPorts ports = HostPorts.of(Neighbourhood.pod("web", spec(other)).getSpec());
        assertThat(ports.refusal(nodes.all().get(0)).isEmpty()).isEqualTo(fit);
    }

    @Test
    void sidecarsTakePortsAndInitContainersNone() {
        String init = "{initContainers: [{name: first, %s ports: [{containerPort: 80, hostPort: 80}]}]}";
        assertThat(HostPorts.of(Neighbourhood.pod("web", init.formatted("")).getSpec())
                        .isEmpty())
                .isTrue();
        assertThat(HostPorts.of(Neighbourhood.pod("web", init.formatted("restartPolicy: Always,"))
                                .getSpec())
                        .isEmpty())
                .isFalse();
    }
}
