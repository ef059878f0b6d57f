// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerResizePolicy;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for the containers of a pod. Source: pkg/apis/core/validation. What is to be restarted by rules of its own is not looked at. */
final class ContainerValidation {
    private static final String SIDECARS_ONLY = "may not be set for init containers without restartPolicy=Always";

    private final PodSpec spec;
    private final boolean hostUsers;
    private final Set<String> claims;
    private final int minor;
    private final ProbeValidation probes;
    private final MountValidation mounts;
    private final ResourceValidation resources;
    private final SecurityValidation security;
    private final FieldErrors errors;

    /**
     * @param volumes those of the pod with nothing wrong in them, by their names
     * @param claims the names of what is claimed for the pod
     * @param minor the minor version of Kubernetes whose rules are played
     */
    ContainerValidation(PodSpec spec, Map<String, Volume> volumes, Set<String> claims, int minor, FieldErrors errors) {
        this.spec = spec;
        this.hostUsers = !Boolean.FALSE.equals(spec.getHostUsers());
        this.claims = claims;
        this.minor = minor;
        this.probes =
                new ProbeValidation(Objects.requireNonNullElse(spec.getTerminationGracePeriodSeconds(), 30L), errors);
        this.mounts = new MountValidation(volumes, errors);
        this.resources = new ResourceValidation(minor, errors);
        this.security = new SecurityValidation(errors);
        this.errors = errors;
    }

    /** @param path that of the pod's spec */
    void validate(String path) {
        List<Container> containers = Lists.orEmpty(spec.getContainers());
        List<Container> init = Lists.orEmpty(spec.getInitContainers());
        Set<String> names = new HashSet<>();
        if (containers.isEmpty()) {
            errors.required(path + ".containers");
        }
        for (int i = 0; i < containers.size(); i++) {
            main(containers.get(i), path + ".containers[" + i + "]", names);
        }
        Set<String> hostPorts = new HashSet<>();
        for (int i = 0; i < containers.size(); i++) {
            hostPorts(containers.get(i), path + ".containers[" + i + "]", hostPorts);
        }
        for (int i = 0; i < init.size(); i++) {
            init(init.get(i), path + ".initContainers", i, names);
        }
    }

    private void main(Container container, String path, Set<String> names) {
        common(container, path);
        unique(container, path, names);
        probes(container, path);
        String policy = container.getRestartPolicy();
        if (policy != null) {
            if (minor < 35) {
                errors.forbidden(path + ".restartPolicy", "may not be set for non-init containers");
            } else {
                restartPolicy(policy, path);
            }
        }
    }

    private void unique(Container container, String path, Set<String> names) {
        String name = Texts.orEmpty(container.getName());
        if (!names.add(name)) {
            errors.duplicate(path + ".name", name);
        }
    }

    private void restartPolicy(String policy, String path) {
        List<String> known = minor < 35 ? List.of("Always") : List.of("Always", "Never", "OnFailure");
        if (!known.contains(policy)) {
            errors.notSupported(path + ".restartPolicy", policy, known);
        }
    }

    private void init(Container container, String all, int index, Set<String> names) {
        String path = all + "[" + index + "]";
        common(container, path);
        String policy = container.getRestartPolicy();
        if (policy != null) {
            restartPolicy(policy, path);
        }
        unique(container, path, names);
        // The server counts from zero for each of them.
        hostPorts(container, all + "[0]", new HashSet<>());
        boolean stays = "Always".equals(policy);
        if (stays) {
            probes(container, path);
        } else {
            sidecarsOnly(container.getLifecycle(), path + ".lifecycle");
            sidecarsOnly(container.getLivenessProbe(), path + ".livenessProbe");
            sidecarsOnly(container.getReadinessProbe(), path + ".readinessProbe");
            sidecarsOnly(container.getStartupProbe(), path + ".startupProbe");
        }
        List<ContainerResizePolicy> resizes = container.getResizePolicy();
        for (int i = 0; minor >= 36 && !stays && resizes != null && i < resizes.size(); i++) {
            if ("RestartContainer".equals(resizes.get(i).getRestartPolicy())) {
                errors.invalid(
                        path + ".resizePolicy[" + i + "].restartPolicy",
                        "RestartContainer",
                        "must not be set to 'RestartContainer' for non-sidecar initContainers");
            }
        }
    }

    private void sidecarsOnly(@Nullable Object said, String path) {
        if (said != null) {
            errors.forbidden(path, SIDECARS_ONLY);
        }
    }

    private void probes(Container container, String path) {
        probes.lifecycle(container.getLifecycle(), path + ".lifecycle");
        probes.liveness(container.getLivenessProbe(), path + ".livenessProbe");
        probes.readiness(container.getReadinessProbe(), path + ".readinessProbe");
        probes.startup(container.getStartupProbe(), path + ".startupProbe");
    }

    private void common(Container container, String path) {
        String name = Texts.orEmpty(container.getName());
        if (name.isEmpty()) {
            errors.required(path + ".name");
        } else {
            Names.label(name).forEach(wrong -> errors.invalid(path + ".name", name, wrong));
        }
        if (Texts.isEmpty(container.getImage())) {
            errors.required(path + ".image");
        }
        PodSpecValidation.oneOf(
                path + ".terminationMessagePolicy",
                container.getTerminationMessagePolicy(),
                List.of("File", "FallbackToLogsOnError"),
                errors);
        ports(container.getPorts(), path + ".ports");
        EnvValidation.validate(container, path, errors);
        mounts.validate(container, path);
        PodSpecValidation.oneOf(
                path + ".imagePullPolicy",
                container.getImagePullPolicy(),
                List.of("Always", "IfNotPresent", "Never"),
                errors);
        resources.container(container.getResources(), claims, path + ".resources");
        resources.resize(container.getResizePolicy(), spec.getRestartPolicy(), path + ".resizePolicy");
        security.container(container.getSecurityContext(), path + ".securityContext", hostUsers);
    }

    private void ports(@Nullable List<ContainerPort> ports, String path) {
        Set<String> names = new HashSet<>();
        for (int i = 0; ports != null && i < ports.size(); i++) {
            ContainerPort port = ports.get(i);
            String at = path + "[" + i + "]";
            String name = Texts.orEmpty(port.getName());
            if (!name.isEmpty()) {
                List<String> wrong = Names.portName(name);
                wrong.forEach(why -> errors.invalid(at + ".name", name, why));
                if (wrong.isEmpty() && !names.add(name)) {
                    errors.duplicate(at + ".name", name);
                }
            }
            int number = Objects.requireNonNullElse(port.getContainerPort(), 0);
            if (number == 0) {
                errors.required(at + ".containerPort");
            } else {
                port(at + ".containerPort", number, errors);
            }
            int hostPort = Objects.requireNonNullElse(port.getHostPort(), 0);
            if (hostPort != 0) {
                port(at + ".hostPort", hostPort, errors);
            }
            PodSpecValidation.oneOf(at + ".protocol", port.getProtocol(), List.of("SCTP", "TCP", "UDP"), errors);
        }
    }

    private void hostPorts(Container container, String path, Set<String> taken) {
        List<ContainerPort> ports = container.getPorts();
        for (int i = 0; ports != null && i < ports.size(); i++) {
            ContainerPort port = ports.get(i);
            int number = Objects.requireNonNullElse(port.getHostPort(), 0);
            if (number != 0) {
                String of = port.getProtocol() + "/" + Texts.orEmpty(port.getHostIP()) + "/" + number;
                if (!taken.add(of)) {
                    errors.duplicate(path + ".ports[" + i + "].hostPort", of);
                }
            }
        }
    }

    static void port(String path, int number, FieldErrors errors) {
        if (number < 1 || number > 65535) {
            errors.invalid(path, number, "must be between 1 and 65535, inclusive");
        }
    }
}
