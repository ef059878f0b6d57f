// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.ServiceSpecBuilder;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Service may say, what it is given, and what becomes of that when its type changes. */
abstract class ServiceFieldsContract extends Contract {
    private static final String BALANCED = "may only be used when `type` is 'LoadBalancer'";

    private Service service(String name, String more) {
        return Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: %s}
                spec: {selector: {app: clock}, %s%s}
                """.formatted(
                        name, namespace, more.contains("ports: ") ? "" : "ports: [{port: 80}], ", more));
    }

    private ServiceSpec change(String name, Consumer<ServiceSpec> change) {
        Service service = stored(Service.class, name);
        ServiceSpec spec = new ServiceSpecBuilder(service.getSpec()).build();
        change.accept(spec);
        service.setSpec(spec);
        return cluster.replace(service, DEFAULTS).getSpec();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            internalTrafficPolicy: Nearby | spec.internalTrafficPolicy: Unsupported value: "Nearby": supported values: "Cluster", "Local"
            trafficDistribution: Nearby | spec.trafficDistribution: Unsupported value: "Nearby": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"
            ipFamilyPolicy: Both | spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"
            ipFamilyPolicy: RequireDualStack | spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services
            ipFamilies: [IPv5] | spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"
            ipFamilies: [IPv6] | spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster
            clusterIPs: [10.2.3.4] | spec.clusterIPs: Invalid value: ["10.2.3.4"]: must be empty when `clusterIP` is not specified
            clusterIP: 10.2.3.4, clusterIPs: [10.2.3.5] | spec.clusterIPs: Invalid value: ["10.2.3.5"]: first value must match `clusterIP`
            clusterIP: nowhere | spec.clusterIPs[0]: Invalid value: "nowhere": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            clusterIP: None, type: NodePort | spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services
            externalIPs: [nowhere] | spec.externalIPs[0]: Invalid value: "nowhere": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            externalIPs: [127.0.0.1] | spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
            externalIPs: [0.0.0.0] | spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)
            externalIPs: [169.254.1.1] | spec.externalIPs[0]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)
            externalTrafficPolicy: Local | spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services
            healthCheckNodePort: 32001 | spec.healthCheckNodePort: Invalid value: 32001: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'
            type: ExternalName, externalName: Bad_Name | spec.externalName: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            type: ExternalName, externalName: a.b, clusterIP: None | spec.clusterIPs: Forbidden: may not be set for ExternalName services
            type: ExternalName, externalName: a.b, ipFamilies: [IPv4] | spec.ipFamilies: Forbidden: may not be set for ExternalName services
            type: ExternalName, externalName: a.b, ipFamilyPolicy: SingleStack | spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services
            sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}} | spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400
            type: NodePort, ports: [{port: 80, nodePort: 80}] | spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767
            type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/33] | spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
            """)
    void whatAServiceMayNotSayIsRefused(String wrong, String why) {
        assertThat(refusal(Reason.INVALID, () -> create(service("clock", wrong))))
                .hasMessage("Service \"clock\" is invalid: " + why);
    }

    @Test
    void onlyWhatIsBalancedSaysHow() {
        assertThat(refusal(
                        Reason.INVALID,
                        () -> create(service(
                                "clock",
                                "allocateLoadBalancerNodePorts: true, loadBalancerClass: a.b/c, loadBalancerSourceRanges:"
                                        + " [10.0.0.0/8]"))))
                .hasMessage("Service \"clock\" is invalid: [spec.LoadBalancerSourceRanges: Forbidden: " + BALANCED
                        + ", spec.allocateLoadBalancerNodePorts: Forbidden: " + BALANCED
                        + ", spec.loadBalancerClass: Forbidden: " + BALANCED + "]");
    }

    @Test
    void nobodyGetsAnAddressThatIsSomebodyElsesOrNotTheClusters() {
        String taken = create(service("first", "type: ClusterIP")).getSpec().getClusterIP();

        assertThat(refusal(Reason.INVALID, () -> create(service("second", "clusterIP: " + taken))))
                .hasMessage("Service \"second\" is invalid: spec.clusterIPs: Invalid value: [\"" + taken
                        + "\"]: failed to allocate IP " + taken + ": provided IP is already allocated");
        assertThat(refusal(Reason.INVALID, () -> create(service("second", "clusterIP: 192.0.2.1"))))
                .hasMessage("Service \"second\" is invalid: spec.clusterIPs: Invalid value: [\"192.0.2.1\"]: failed to"
                        + " allocate IP 192.0.2.1: the provided network does not match the current range");
    }

    @Test
    void nobodyGetsAPortOfNodesThatIsSomebodyElses() {
        int taken = create(service("first", "type: NodePort"))
                .getSpec()
                .getPorts()
                .get(0)
                .getNodePort();

        assertThat(refusal(
                        Reason.INVALID,
                        () -> create(
                                service("second", "type: NodePort, ports: [{port: 80, nodePort: " + taken + "}]"))))
                .hasMessage("Service \"second\" is invalid: spec.ports[0].nodePort: Invalid value: " + taken
                        + ": provided port is already allocated");
    }

    @Test
    void whatServesOnePortWithTwoProtocolsHasOnePortOfNodesForBoth() {
        List<ServicePort> ports = create(service(
                        "names",
                        "type: NodePort, ports: [{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 53}]"))
                .getSpec()
                .getPorts();

        assertThat(ports.get(0).getNodePort()).isEqualTo(ports.get(1).getNodePort());
    }

    @Test
    void headlessWithoutSelectorHasBothFamiliesOnAnyCluster() {
        Service service = service("clock", "clusterIP: None");
        service.getSpec().setSelector(null);
        ServiceSpec alone = create(service).getSpec();

        assertThat(alone.getIpFamilyPolicy()).isEqualTo("RequireDualStack");
        assertThat(alone.getIpFamilies()).containsExactly("IPv4", "IPv6");
        ServiceSpec selecting = create(service("selecting", "clusterIP: None")).getSpec();
        assertThat(selecting.getIpFamilyPolicy()).isEqualTo("SingleStack");
        assertThat(selecting.getIpFamilies()).containsExactly("IPv4");
    }

    @Test
    void anExternalNameHasNothingOfTheCluster() {
        ServiceSpec spec = create(service("clock", "type: ExternalName, externalName: example.com."))
                .getSpec();

        assertThat(spec.getClusterIP()).isNull();
        assertThat(spec.getClusterIPs()).isEmpty();
        assertThat(spec.getIpFamilies()).isEmpty();
        assertThat(spec.getIpFamilyPolicy()).isNull();
        assertThat(spec.getInternalTrafficPolicy()).isNull();
    }

    @Test
    void aServiceWithExternalAddressesHasAPolicyForThem() {
        assertThat(create(service("clock", "externalIPs: [192.0.2.1]"))
                        .getSpec()
                        .getExternalTrafficPolicy())
                .isEqualTo("Cluster");
    }

    @Test
    void whatSaysNothingIsNotShown() {
        ServiceSpec spec = create(
                        service(
                                "clock",
                                "externalName: '', loadBalancerIP: '', externalTrafficPolicy: '', publishNotReadyAddresses: false,"
                                        + " healthCheckNodePort: 0, ports: [{name: '', port: 80, nodePort: 0, targetPort: ''}]"))
                .getSpec();

        assertThat(spec.getExternalName()).isNull();
        assertThat(spec.getLoadBalancerIP()).isNull();
        assertThat(spec.getExternalTrafficPolicy()).isNull();
        assertThat(spec.getPublishNotReadyAddresses()).isNull();
        assertThat(spec.getHealthCheckNodePort()).isNull();
        ServicePort port = spec.getPorts().get(0);
        assertThat(port.getName()).isNull();
        assertThat(port.getNodePort()).isNull();
        assertThat(port.getTargetPort().getIntVal()).isEqualTo(80);
    }

    @Test
    void whatANewTypeHasNoUseForGoesByItself() {
        create(service("clock", "type: NodePort, externalTrafficPolicy: Local"));

        ServiceSpec inside = change("clock", spec -> spec.setType("ClusterIP"));
        assertThat(inside.getPorts().get(0).getNodePort()).isNull();
        assertThat(inside.getExternalTrafficPolicy()).isNull();
        assertThat(inside.getClusterIP()).isNotNull();

        ServiceSpec elsewhere = change("clock", spec -> {
            spec.setType("ExternalName");
            spec.setExternalName("example.com");
        });
        assertThat(elsewhere.getClusterIP()).isNull();
        assertThat(elsewhere.getClusterIPs()).isEmpty();
        assertThat(elsewhere.getIpFamilies()).isEmpty();
        assertThat(elsewhere.getIpFamilyPolicy()).isNull();

        ServiceSpec back = change("clock", spec -> {
            spec.setType("ClusterIP");
            spec.setExternalName(null);
        });
        assertThat(back.getClusterIPs()).containsExactly(back.getClusterIP());
        assertThat(back.getIpFamilies()).containsExactly("IPv4");
    }

    @Test
    void whatIsGivenAndNotSaidAgainIsKept() {
        ServiceSpec given = create(
                        service("clock", "type: NodePort, ports: [{name: http, port: 80}, {name: other, port: 81}]"))
                .getSpec();

        ServiceSpec kept = cluster.replace(
                        service(
                                "clock",
                                "type: NodePort, ports: [{name: other, port: 82}, {name: more, port: 83}, {name: http, port:"
                                        + " 84}]"),
                        DEFAULTS)
                .getSpec();
        assertThat(kept.getClusterIPs()).isEqualTo(given.getClusterIPs());
        assertThat(kept.getPorts().get(0).getNodePort())
                .isEqualTo(given.getPorts().get(1).getNodePort());
        assertThat(kept.getPorts().get(2).getNodePort())
                .isEqualTo(given.getPorts().get(0).getNodePort());
        assertThat(kept.getPorts().get(1).getNodePort()).isGreaterThanOrEqualTo(30_000);
    }

    @Test
    void theAddressAndTheClassStayAsTheyAre() {
        create(service("clock", "type: LoadBalancer, loadBalancerClass: a.b/c"));

        assertThat(refusal(Reason.INVALID, () -> change("clock", spec -> spec.setLoadBalancerClass("a.b/d"))))
                .hasMessage("Service \"clock\" is invalid: spec.loadBalancerClass: Invalid value: \"a.b/d\": may not"
                        + " change once set");
        assertThat(refusal(
                        Reason.INVALID,
                        () -> change("clock", spec -> {
                            spec.setClusterIP("192.0.2.1");
                            spec.setClusterIPs(List.of("192.0.2.1"));
                        })))
                .hasMessage("Service \"clock\" is invalid: spec.clusterIPs[0]: Invalid value: [\"192.0.2.1\"]: may not"
                        + " change once set");
    }
}
