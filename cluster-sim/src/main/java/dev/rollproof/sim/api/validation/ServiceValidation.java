// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.ServiceReach;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules for Services, but for those of {@link ClusterIpRules}, which hold before addresses are handed out, and so here. Source:
 * pkg/apis/core/validation.
 */
final class ServiceValidation {
    private static final List<String> TYPES = List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
    private static final List<String> NEAR = List.of("PreferClose", "PreferSameZone", "PreferSameNode");
    private static final String FOR_BALANCED = "may only be used when `type` is 'LoadBalancer'";
    private static final int MOST_SECONDS = 86_400;

    private final ServiceSpec spec;
    private final int minor;
    private final FieldErrors errors;
    private final boolean balanced;

    /** @param minor the minor version of Kubernetes whose rules are played */
    ServiceValidation(ServiceSpec spec, int minor, FieldErrors errors) {
        this.spec = spec;
        this.minor = minor;
        this.errors = errors;
        this.balanced = ServiceReach.isBalanced(spec);
    }

    void validate() {
        List<ServicePort> ports = Lists.orEmpty(spec.getPorts());
        boolean external = "ExternalName".equals(spec.getType());
        boolean headless = "None".equals(spec.getClusterIP());
        if (ports.isEmpty() && !external && !headless) {
            errors.required("spec.ports");
        }
        if (headless && ServiceReach.onNodes(spec)) {
            errors.invalid(
                    "spec.clusterIPs[0]", "None", "may not be set to 'None' for " + spec.getType() + " services");
        }
        if (external) {
            externalName();
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            port(ports.get(i), "spec.ports[" + i + "]", ports.size() > 1, names, errors);
        }
        Names.labels("spec.selector", spec.getSelector(), errors);
        affinity();
        List<String> addresses = Lists.orEmpty(spec.getExternalIPs());
        for (int i = 0; i < addresses.size(); i++) {
            IpRules.endpoint("spec.externalIPs[" + i + "]", addresses.get(i), minor, errors);
        }
        PodSpecValidation.oneOf("spec.type", spec.getType(), TYPES, errors);
        nodePorts(ports);
        duplicates(ports, errors);
        balancer();
        policies();
    }

    private void externalName() {
        String none = "may not be set for ExternalName services";
        if (!Lists.orEmpty(spec.getClusterIPs()).isEmpty()) {
            errors.forbidden("spec.clusterIPs", none);
        }
        if (!Lists.orEmpty(spec.getIpFamilies()).isEmpty()) {
            errors.forbidden("spec.ipFamilies", none);
        }
        if (spec.getIpFamilyPolicy() != null) {
            errors.forbidden("spec.ipFamilyPolicy", none);
        }
        String said = Texts.orEmpty(spec.getExternalName());
        String name = said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
        if (name.isEmpty()) {
            errors.required("spec.externalName");
        } else {
            Names.subdomain(name).forEach(wrong -> errors.invalid("spec.externalName", name, wrong));
        }
    }

    private void affinity() {
        PodSpecValidation.oneOf("spec.sessionAffinity", spec.getSessionAffinity(), List.of("ClientIP", "None"), errors);
        SessionAffinityConfig config = spec.getSessionAffinityConfig();
        Integer seconds = config == null || config.getClientIP() == null
                ? null
                : config.getClientIP().getTimeoutSeconds();
        if ("ClientIP".equals(spec.getSessionAffinity())
                && seconds != null
                && (seconds <= 0 || seconds > MOST_SECONDS)) {
            errors.invalid(
                    "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                    seconds,
                    "must be greater than 0 and less than " + MOST_SECONDS);
        }
    }

    private void nodePorts(List<ServicePort> ports) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            String path = "spec.ports[" + i + "].nodePort";
            if (port.getNodePort() == null || port.getNodePort() == 0) {
                continue;
            }
            if ("ClusterIP".equals(spec.getType())) {
                errors.forbidden(path, "may not be used when `type` is 'ClusterIP'");
            }
            if (!seen.add(port.getProtocol() + "/" + port.getNodePort())) {
                errors.duplicate(path, port.getNodePort());
            }
        }
    }

    private void balancer() {
        List<String> ranges = Lists.orEmpty(spec.getLoadBalancerSourceRanges());
        if (!ranges.isEmpty() && !balanced) {
            errors.forbidden("spec.LoadBalancerSourceRanges", FOR_BALANCED);
        }
        for (int i = 0; i < ranges.size(); i++) {
            IpRules.range(
                    "spec.LoadBalancerSourceRanges[" + i + "]", ranges.get(i).trim(), minor, errors);
        }
        if (spec.getAllocateLoadBalancerNodePorts() != null && !balanced) {
            errors.forbidden("spec.allocateLoadBalancerNodePorts", FOR_BALANCED);
        }
        String type = spec.getLoadBalancerClass();
        if (type != null && !balanced) {
            errors.forbidden("spec.loadBalancerClass", FOR_BALANCED);
        } else if (type != null) {
            Names.qualifiedName(type).forEach(wrong -> errors.invalid("spec.loadBalancerClass", type, wrong));
        }
    }

    private void policies() {
        String outside = spec.getExternalTrafficPolicy();
        if (ServiceReach.fromOutside(spec)) {
            PodSpecValidation.oneOf("spec.externalTrafficPolicy", outside, List.of("Cluster", "Local"), errors);
        } else if (!Texts.isEmpty(outside)) {
            errors.invalid("spec.externalTrafficPolicy", outside, "may only be set for externally-accessible services");
        }
        Integer check = spec.getHealthCheckNodePort();
        if (check != null && check != 0 && !ServiceReach.isChecked(spec)) {
            errors.invalid(
                    "spec.healthCheckNodePort",
                    check,
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        } else if (check != null && check != 0) {
            ContainerValidation.port("spec.healthCheckNodePort", check, errors);
        }
        String inside = spec.getInternalTrafficPolicy();
        if (inside != null && !List.of("Cluster", "Local").contains(inside)) {
            errors.notSupported("spec.internalTrafficPolicy", inside, List.of("Cluster", "Local"));
        }
        String near = spec.getTrafficDistribution();
        if (near != null && !NEAR.contains(near)) {
            errors.notSupported("spec.trafficDistribution", near, NEAR);
        }
    }

    private static void port(ServicePort port, String path, boolean nameNeeded, Set<String> names, FieldErrors errors) {
        String name = Texts.orEmpty(port.getName());
        if (name.isEmpty()) {
            if (nameNeeded) {
                errors.required(path + ".name");
            }
        } else {
            Names.label(name).forEach(wrong -> errors.invalid(path + ".name", name, wrong));
            if (!names.add(name)) {
                errors.duplicate(path + ".name", name);
            }
        }
        ContainerValidation.port(path + ".port", Objects.requireNonNullElse(port.getPort(), 0), errors);
        PodSpecValidation.oneOf(path + ".protocol", port.getProtocol(), List.of("SCTP", "TCP", "UDP"), errors);
        IntOrString target = port.getTargetPort();
        String targetName = target == null ? null : target.getStrVal();
        if (targetName != null) {
            Names.portName(targetName).forEach(wrong -> errors.invalid(path + ".targetPort", targetName, wrong));
        } else if (target != null) {
            ContainerValidation.port(path + ".targetPort", Objects.requireNonNullElse(target.getIntVal(), 0), errors);
        }
        String application = port.getAppProtocol();
        if (application != null) {
            Names.qualifiedName(application)
                    .forEach(wrong -> errors.invalid(path + ".appProtocol", application, wrong));
        }
    }

    private static void duplicates(List<ServicePort> ports, FieldErrors errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            if (!seen.add(port.getProtocol() + "/" + port.getPort())) {
                Map<String, @Nullable Object> shown = new LinkedHashMap<>();
                shown.put("Name", "");
                shown.put("Protocol", port.getProtocol());
                shown.put("AppProtocol", null);
                shown.put("Port", port.getPort());
                shown.put("TargetPort", 0);
                shown.put("NodePort", 0);
                errors.duplicate("spec.ports[" + i + "]", shown);
            }
        }
    }
}
