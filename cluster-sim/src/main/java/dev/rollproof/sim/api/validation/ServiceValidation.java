// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for Services. */
final class ServiceValidation {
    private static final Pattern IP = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]+");

    private ServiceValidation() {}

    static void validate(ServiceSpec spec, FieldErrors errors) {
        List<ServicePort> ports = spec.getPorts() == null ? List.of() : spec.getPorts();
        boolean external = "ExternalName".equals(spec.getType());
        boolean headless = "None".equals(spec.getClusterIP());
        if (ports.isEmpty() && !external && !headless) {
            errors.required("spec.ports");
        }
        if (external && Texts.isEmpty(spec.getExternalName())) {
            errors.required("spec.externalName");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            port(ports.get(i), "spec.ports[" + i + "]", ports.size() > 1, names, errors);
        }
        Names.labels("spec.selector", spec.getSelector(), errors);
        PodSpecValidation.oneOf("spec.sessionAffinity", spec.getSessionAffinity(), List.of("ClientIP", "None"), errors);
        PodSpecValidation.oneOf(
                "spec.type", spec.getType(), List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"), errors);
        String policy = spec.getExternalTrafficPolicy();
        if ("NodePort".equals(spec.getType()) || "LoadBalancer".equals(spec.getType())) {
            PodSpecValidation.oneOf("spec.externalTrafficPolicy", policy, List.of("Cluster", "Local"), errors);
        } else if (!Texts.isEmpty(policy)) {
            errors.invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services");
        }
        if ("ClusterIP".equals(spec.getType())) {
            for (int i = 0; i < ports.size(); i++) {
                Integer nodePort = ports.get(i).getNodePort();
                if (nodePort != null && nodePort != 0) {
                    errors.forbidden("spec.ports[" + i + "].nodePort", "may not be used when `type` is 'ClusterIP'");
                }
            }
        }
        duplicates(ports, errors);
        String ip = spec.getClusterIP();
        if (ip != null && !ip.isEmpty() && !headless && !IP.matcher(ip).matches()) {
            errors.invalid("spec.clusterIPs[0]", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
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
