// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for one container. */
final class ContainerValidation {
    private static final List<String> RESOURCES = List.of("cpu", "memory", "ephemeral-storage");

    private final Set<String> volumes;
    private final ProbeValidation probes;
    private final FieldErrors errors;

    ContainerValidation(Set<String> volumes, long gracePeriodSeconds, FieldErrors errors) {
        this.volumes = volumes;
        this.probes = new ProbeValidation(gracePeriodSeconds, errors);
        this.errors = errors;
    }

    void validate(Container container, String path, Set<String> names) {
        String name = Objects.requireNonNullElse(container.getName(), "");
        if (name.isEmpty()) {
            errors.required(path + ".name");
        } else {
            Names.label(name).forEach(wrong -> errors.invalid(path + ".name", name, wrong));
            if (!names.add(name)) {
                errors.duplicate(path + ".name", name);
            }
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
        mounts(container.getVolumeMounts(), path + ".volumeMounts");
        PodSpecValidation.oneOf(
                path + ".imagePullPolicy",
                container.getImagePullPolicy(),
                List.of("Always", "IfNotPresent", "Never"),
                errors);
        resources(container.getResources(), path + ".resources");
        probes.lifecycle(container.getLifecycle(), path + ".lifecycle");
        probes.probe(container.getLivenessProbe(), path + ".livenessProbe", true);
        probes.probe(container.getReadinessProbe(), path + ".readinessProbe", false);
        probes.probe(container.getStartupProbe(), path + ".startupProbe", true);
    }

    private void ports(@Nullable List<ContainerPort> ports, String path) {
        Set<String> names = new HashSet<>();
        for (int i = 0; ports != null && i < ports.size(); i++) {
            ContainerPort port = ports.get(i);
            String at = path + "[" + i + "]";
            String name = Objects.requireNonNullElse(port.getName(), "");
            if (!name.isEmpty()) {
                List<String> wrong = Names.portName(name);
                if (!wrong.isEmpty()) {
                    errors.invalid(at + ".name", name, wrong.get(0));
                } else if (!names.add(name)) {
                    errors.duplicate(at + ".name", name);
                }
            }
            int number = Objects.requireNonNullElse(port.getContainerPort(), 0);
            if (number == 0) {
                errors.required(at + ".containerPort");
            } else if (!isPort(number)) {
                errors.invalid(at + ".containerPort", number, Names.PORT_RANGE);
            }
            Integer hostPort = port.getHostPort();
            if (hostPort != null && hostPort != 0 && !isPort(hostPort)) {
                errors.invalid(at + ".hostPort", hostPort, Names.PORT_RANGE);
            }
            PodSpecValidation.oneOf(at + ".protocol", port.getProtocol(), List.of("SCTP", "TCP", "UDP"), errors);
        }
    }

    static boolean isPort(int number) {
        return number >= 1 && number <= 65535;
    }

    private void mounts(@Nullable List<VolumeMount> mounts, String path) {
        Set<String> paths = new HashSet<>();
        for (int i = 0; mounts != null && i < mounts.size(); i++) {
            VolumeMount mount = mounts.get(i);
            String at = path + "[" + i + "]";
            String name = Objects.requireNonNullElse(mount.getName(), "");
            if (name.isEmpty()) {
                errors.required(at + ".name");
                errors.notFound(at + ".name", name);
            }
            if (Texts.isEmpty(mount.getMountPath())) {
                errors.required(at + ".mountPath");
            } else if (!paths.add(mount.getMountPath())) {
                errors.invalid(at + ".mountPath", mount.getMountPath(), "must be unique");
            }
            if (!name.isEmpty() && !volumes.contains(name)) {
                errors.notFound(at + ".name", name);
            }
        }
    }

    private void resources(@Nullable ResourceRequirements resources, String path) {
        if (resources == null) {
            return;
        }
        Map<String, Quantity> limits = resources.getLimits() == null ? Map.of() : resources.getLimits();
        Map<String, Quantity> requests = resources.getRequests() == null ? Map.of() : resources.getRequests();
        limits.forEach((name, amount) -> resource(name, amount, path + ".limits[" + name + "]"));
        requests.forEach((name, amount) -> {
            resource(name, amount, path + ".requests[" + name + "]");
            Quantity limit = limits.get(name);
            if (limit != null && amount.getNumericalAmount().compareTo(limit.getNumericalAmount()) > 0) {
                errors.invalid(
                        path + ".requests",
                        amount.toString(),
                        "must be less than or equal to " + name + " limit of " + limit);
            }
        });
    }

    private void resource(String name, Quantity amount, String path) {
        if (!name.contains("/")) {
            if (!RESOURCES.contains(name) && !name.startsWith("hugepages-")) {
                errors.invalid(path, name, "must be a standard resource type or fully qualified");
                errors.invalid(path, name, "must be a standard resource for containers");
            }
        }
        if (amount.getNumericalAmount().signum() < 0) {
            errors.invalid(path, amount.toString(), Names.NON_NEGATIVE);
        }
    }
}
