// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for what a pod runs, in a pod or in a template. Source: pkg/apis/core/validation. */
final class PodSpecValidation {
    private final PodSpec spec;
    private final String path;
    private final boolean ofPod;
    private final int minor;
    private final FieldErrors errors;

    private PodSpecValidation(PodSpec spec, String path, boolean ofPod, int minor, FieldErrors errors) {
        this.spec = spec;
        this.path = path;
        this.ofPod = ofPod;
        this.minor = minor;
        this.errors = errors;
    }

    /**
     * That of a pod to be.
     *
     * @param minor the minor version of Kubernetes whose rules are played
     */
    static void pod(PodSpec spec, int minor, FieldErrors errors) {
        new PodSpecValidation(spec, "spec", true, minor, errors).validate();
        untrimmed(spec.getContainers(), "spec.containers", errors);
        untrimmed(spec.getInitContainers(), "spec.initContainers", errors);
        if (!Lists.orEmpty(spec.getEphemeralContainers()).isEmpty()) {
            errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
        }
        if (!Texts.isEmpty(spec.getNodeName())
                && !Lists.orEmpty(spec.getSchedulingGates()).isEmpty()) {
            errors.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
        }
    }

    /**
     * That of a template.
     *
     * @param minor the minor version of Kubernetes whose rules are played
     */
    static void template(PodSpec spec, String path, int minor, FieldErrors errors) {
        new PodSpecValidation(spec, path, false, minor, errors).validate();
        if (!Lists.orEmpty(spec.getEphemeralContainers()).isEmpty()) {
            errors.forbidden(path + ".ephemeralContainers", "ephemeral containers not allowed in pod template");
        }
    }

    /** Images of pods; those of templates are not looked at. */
    private static void untrimmed(@Nullable List<Container> containers, String path, FieldErrors errors) {
        for (int i = 0; containers != null && i < containers.size(); i++) {
            image(containers.get(i).getImage(), path + "[" + i + "].image", errors);
        }
    }

    /** Whether there is blank around the name of an image. */
    static void image(@Nullable String image, String path, FieldErrors errors) {
        if (image != null && !image.strip().equals(image)) {
            errors.invalid(path, image, "must not have leading or trailing whitespace");
        }
    }

    private void validate() {
        Map<String, Volume> volumes =
                new PodVolumeValidation(minor, ofPod, errors).validate(spec.getVolumes(), path + ".volumes");
        ResourceValidation resources = new ResourceValidation(minor, errors);
        Set<String> claims = resources.podClaims(spec.getResourceClaims(), path + ".resourceClaims");
        new ContainerValidation(spec, volumes, claims, minor, errors).validate(path);
        resources.pod(spec.getResources(), claims, path + ".resources");
        if (Boolean.TRUE.equals(spec.getHostNetwork())) {
            hostPorts();
        }
        oneOf(path + ".restartPolicy", spec.getRestartPolicy(), List.of("Always", "OnFailure", "Never"), errors);
        oneOf(
                path + ".dnsPolicy",
                spec.getDnsPolicy(),
                List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
                errors);
        Names.labels(path + ".nodeSelector", spec.getNodeSelector(), errors);
        new SecurityValidation(errors).pod(spec, path, minor);
        PlacementValidation placement = new PlacementValidation(minor, errors);
        placement.affinity(spec.getAffinity(), path + ".affinity");
        DnsValidation names = new DnsValidation(minor, errors);
        names.config(spec.getDnsConfig(), spec.getDnsPolicy(), path + ".dnsConfig");
        placement.gatesAndSpread(spec, path);
        if (Boolean.FALSE.equals(spec.getHostUsers())) {
            ownUsers();
        }
        hostname();
        subdomain(spec.getServiceAccountName(), path + ".serviceAccountName");
        subdomain(spec.getNodeName(), path + ".nodeName");
        Long deadline = spec.getActiveDeadlineSeconds();
        if (deadline != null && (deadline < 1 || deadline > Integer.MAX_VALUE)) {
            errors.invalid(path + ".activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
        }
        hostLabel(path + ".hostname", spec.getHostname());
        hostLabel(path + ".subdomain", spec.getSubdomain());
        placement.tolerations(spec.getTolerations(), path + ".tolerations");
        names.aliases(spec.getHostAliases(), path + ".hostAliases");
        classes(resources);
        if (spec.getOs() != null) {
            new OsValidation(spec, path, minor, errors).validate(spec.getOs());
        }
    }

    private void classes(ResourceValidation resources) {
        subdomain(spec.getPriorityClassName(), path + ".priorityClassName");
        String runtime = spec.getRuntimeClassName();
        if (runtime != null) {
            Names.subdomain(runtime).forEach(wrong -> errors.invalid(path + ".runtimeClassName", runtime, wrong));
        }
        if (spec.getPreemptionPolicy() != null) {
            if (spec.getPreemptionPolicy().isEmpty()) {
                errors.required(path + ".preemptionPolicy");
            }
            oneOf(
                    path + ".preemptionPolicy",
                    spec.getPreemptionPolicy(),
                    List.of("PreemptLowerPriority", "Never"),
                    errors);
        }
        resources.overhead(spec.getOverhead(), path + ".overhead");
    }

    /** On the node's network a container has the node's ports. A pod that says nothing of them is completed to that. */
    private void hostPorts() {
        List<Container> containers = Lists.orEmpty(spec.getContainers());
        for (int i = 0; i < containers.size(); i++) {
            List<ContainerPort> ports = containers.get(i).getPorts();
            for (int j = 0; ports != null && j < ports.size(); j++) {
                int hostPort = Objects.requireNonNullElse(ports.get(j).getHostPort(), 0);
                if (hostPort != 0 && !Objects.equals(hostPort, ports.get(j).getContainerPort())) {
                    errors.invalid(
                            path + ".containers[" + i + "].ports[" + j + "].hostPort",
                            hostPort,
                            "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private void ownUsers() {
        String why = "when `hostUsers` is false";
        if (Boolean.TRUE.equals(spec.getHostNetwork())) {
            errors.forbidden(path + ".hostNetwork", why);
        }
        // So written by the server.
        if (Boolean.TRUE.equals(spec.getHostPID())) {
            errors.forbidden(path + ".HostPID", why);
        }
        if (Boolean.TRUE.equals(spec.getHostIPC())) {
            errors.forbidden(path + ".HostIPC", why);
        }
    }

    private void hostname() {
        String name = spec.getHostnameOverride();
        // Older versions drop it.
        if (name == null || minor < 35) {
            return;
        }
        String at = path + ".hostnameOverride";
        if (Boolean.TRUE.equals(spec.getSetHostnameAsFQDN())) {
            errors.forbidden(at, "may not be specified when setHostnameAsFQDN is true");
        }
        if (Boolean.TRUE.equals(spec.getHostNetwork())) {
            errors.forbidden(at, "may not be specified when hostNetwork is true");
        }
        if (name.length() > 64) {
            errors.tooLong(at, 64);
        }
        Names.subdomain(name).forEach(wrong -> errors.invalid(at, name, wrong));
    }

    private void subdomain(@Nullable String name, String at) {
        if (name != null && !name.isEmpty()) {
            Names.subdomain(name).forEach(wrong -> errors.invalid(at, name, wrong));
        }
    }

    private void hostLabel(String at, @Nullable String name) {
        if (name != null && !name.isEmpty()) {
            Names.label(name).forEach(wrong -> errors.invalid(at, name, wrong));
        }
    }

    static void oneOf(String path, @Nullable String value, List<String> allowed, FieldErrors errors) {
        if (value != null && !value.isEmpty() && !allowed.contains(value)) {
            errors.notSupported(path, value, allowed);
        }
    }
}
