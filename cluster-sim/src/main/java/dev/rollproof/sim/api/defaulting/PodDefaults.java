// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.k8s.quota.WholePod;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.ObjectFieldSelector;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The defaults of a pod's spec, in a pod or in a template. */
final class PodDefaults {
    private static final int FILE_MODE = 420;
    private static final long ONE_HOUR = 3600;

    private PodDefaults() {}

    static void setOn(@Nullable PodTemplateSpec template) {
        if (template == null) {
            return;
        }
        if (template.getMetadata() != null) {
            ZeroValues.dropFrom(template.getMetadata());
        }
        if (template.getSpec() != null) {
            setOn(template.getSpec());
        }
    }

    static void setOn(PodSpec spec) {
        if (Texts.isEmpty(spec.getRestartPolicy())) {
            spec.setRestartPolicy("Always");
        }
        if (Texts.isEmpty(spec.getDnsPolicy())) {
            spec.setDnsPolicy("ClusterFirst");
        }
        if (Texts.isEmpty(spec.getSchedulerName())) {
            spec.setSchedulerName("default-scheduler");
        }
        if (spec.getTerminationGracePeriodSeconds() == null) {
            spec.setTerminationGracePeriodSeconds(30L);
        }
        if (spec.getSecurityContext() == null) {
            spec.setSecurityContext(new PodSecurityContext());
        }
        if (spec.getServiceAccountName() == null) {
            spec.setServiceAccountName(spec.getServiceAccount());
        }
        // The old name of the field is kept equal to the new one.
        spec.setServiceAccount(spec.getServiceAccountName());
        Lists.orEmpty(spec.getInitContainers()).forEach(PodDefaults::container);
        Lists.orEmpty(spec.getContainers()).forEach(PodDefaults::container);
        Lists.orEmpty(spec.getVolumes()).forEach(PodDefaults::volume);
    }

    /** See {@link Defaults#completePod}. */
    static void completePod(PodSpec spec) {
        if (spec.getEnableServiceLinks() == null) {
            spec.setEnableServiceLinks(true);
        }
        Long grace = spec.getTerminationGracePeriodSeconds();
        if (grace != null && grace < 0) {
            spec.setTerminationGracePeriodSeconds(1L);
        }
        spec.setInitContainers(requestWhatIsLimited(spec.getInitContainers()));
        spec.setContainers(requestWhatIsLimited(spec.getContainers()));
        if (Boolean.TRUE.equals(spec.getHostNetwork())) {
            spec.setInitContainers(withHostPorts(spec.getInitContainers()));
            spec.setContainers(withHostPorts(spec.getContainers()));
        }
        if (spec.getResources() != null) {
            ResourceRequirements whole = Frozen.copy(spec.getResources(), ResourceRequirements::new);
            whole.setRequests(WholePod.requests(spec));
            spec.setResources(whole);
        }
    }

    /** On the node's network the ports of a container are the node's. */
    private static List<Container> withHostPorts(@Nullable List<Container> containers) {
        List<Container> complete = new ArrayList<>();
        for (Container container : Lists.orEmpty(containers)) {
            if (Lists.orEmpty(container.getPorts()).isEmpty()) {
                complete.add(container);
                continue;
            }
            List<ContainerPort> ports = new ArrayList<>();
            for (ContainerPort port : Lists.orEmpty(container.getPorts())) {
                ContainerPort copy = Frozen.copy(port, ContainerPort::new);
                copy.setHostPort(orElse(port.getHostPort(), port.getContainerPort()));
                ports.add(copy);
            }
            Container copy = Frozen.copy(container, Container::new);
            copy.setPorts(ports);
            complete.add(copy);
        }
        return complete;
    }

    @SuppressWarnings("ReferenceEquality") // whether any container has been replaced
    private static @Nullable List<Container> requestWhatIsLimited(@Nullable List<Container> containers) {
        List<Container> complete = new ArrayList<>();
        boolean same = true;
        for (Container container : Lists.orEmpty(containers)) {
            Container now = requestWhatIsLimited(container);
            same &= now == container;
            complete.add(now);
        }
        return same ? containers : complete;
    }

    private static Container requestWhatIsLimited(Container container) {
        ResourceRequirements resources = container.getResources();
        Map<String, Quantity> limits = resources == null ? null : resources.getLimits();
        Map<String, Quantity> said = resources == null ? null : resources.getRequests();
        if (resources == null
                || limits == null
                || limits.isEmpty()
                || said != null && said.keySet().containsAll(limits.keySet())) {
            return container;
        }
        Map<String, Quantity> requests = new LinkedHashMap<>(said == null ? Map.of() : said);
        limits.forEach(requests::putIfAbsent);
        ResourceRequirements complete = Frozen.copy(resources, ResourceRequirements::new);
        complete.setRequests(requests);
        Container replaced = Frozen.copy(container, Container::new);
        replaced.setResources(complete);
        return replaced;
    }

    private static void container(Container container) {
        if (Texts.isEmpty(container.getTerminationMessagePath())) {
            container.setTerminationMessagePath("/dev/termination-log");
        }
        if (Texts.isEmpty(container.getTerminationMessagePolicy())) {
            container.setTerminationMessagePolicy("File");
        }
        if (Texts.isEmpty(container.getImagePullPolicy())) {
            container.setImagePullPolicy(isLatest(container.getImage()) ? "Always" : "IfNotPresent");
        }
        if (container.getResources() == null) {
            container.setResources(new ResourceRequirements());
        }
        for (ContainerPort port : Lists.orEmpty(container.getPorts())) {
            if (Texts.isEmpty(port.getProtocol())) {
                port.setProtocol("TCP");
            }
        }
        for (EnvVar variable : Lists.orEmpty(container.getEnv())) {
            if (variable.getValueFrom() != null) {
                field(variable.getValueFrom().getFieldRef());
            }
        }
        probe(container.getLivenessProbe());
        probe(container.getReadinessProbe());
        probe(container.getStartupProbe());
        Lifecycle lifecycle = container.getLifecycle();
        if (lifecycle != null) {
            handler(lifecycle.getPostStart());
            handler(lifecycle.getPreStop());
            dropStopSignal(container, lifecycle);
        }
    }

    /** Signals of a container's own are a feature that is off, unless somebody turns it on. */
    private static void dropStopSignal(Container container, Lifecycle lifecycle) {
        if (lifecycle.getStopSignal() != null) {
            lifecycle.setStopSignal(null);
            if (lifecycle.getPostStart() == null && lifecycle.getPreStop() == null) {
                container.setLifecycle(null);
            }
        }
    }

    private static void field(@Nullable ObjectFieldSelector field) {
        if (field != null && Texts.isEmpty(field.getApiVersion())) {
            field.setApiVersion("v1");
        }
    }

    private static boolean isLatest(@Nullable String image) {
        // Of what cannot be read there is no tag.
        if (image == null || image.contains("@") || image.contains(" ")) {
            return false;
        }
        String last = image.substring(image.lastIndexOf('/') + 1);
        return !last.contains(":") || last.endsWith(":latest");
    }

    private static void probe(@Nullable Probe probe) {
        if (probe == null) {
            return;
        }
        probe.setTimeoutSeconds(orElse(probe.getTimeoutSeconds(), 1));
        probe.setPeriodSeconds(orElse(probe.getPeriodSeconds(), 10));
        probe.setSuccessThreshold(orElse(probe.getSuccessThreshold(), 1));
        probe.setFailureThreshold(orElse(probe.getFailureThreshold(), 3));
        http(probe.getHttpGet());
        if (probe.getGrpc() != null && probe.getGrpc().getService() == null) {
            probe.getGrpc().setService("");
        }
    }

    /** For the API, zero is as good as absent. */
    private static int orElse(@Nullable Integer value, int otherwise) {
        return value == null || value == 0 ? otherwise : value;
    }

    private static void handler(@Nullable LifecycleHandler handler) {
        if (handler != null) {
            http(handler.getHttpGet());
        }
    }

    private static void http(@Nullable HTTPGetAction get) {
        if (get == null) {
            return;
        }
        if (Texts.isEmpty(get.getPath())) {
            get.setPath("/");
        }
        if (Texts.isEmpty(get.getScheme())) {
            get.setScheme("HTTP");
        }
    }

    private static void volume(Volume volume) {
        if (volume.getSecret() != null && volume.getSecret().getDefaultMode() == null) {
            volume.getSecret().setDefaultMode(FILE_MODE);
        }
        if (volume.getConfigMap() != null && volume.getConfigMap().getDefaultMode() == null) {
            volume.getConfigMap().setDefaultMode(FILE_MODE);
        }
        if (volume.getDownwardAPI() != null) {
            if (volume.getDownwardAPI().getDefaultMode() == null) {
                volume.getDownwardAPI().setDefaultMode(FILE_MODE);
            }
            Lists.orEmpty(volume.getDownwardAPI().getItems()).forEach(item -> field(item.getFieldRef()));
        }
        if (volume.getProjected() != null) {
            projected(volume.getProjected());
        }
        if (volume.getImage() != null && Texts.isEmpty(volume.getImage().getPullPolicy())) {
            volume.getImage().setPullPolicy(isLatest(volume.getImage().getReference()) ? "Always" : "IfNotPresent");
        }
        if (volume.getHostPath() != null && volume.getHostPath().getType() == null) {
            volume.getHostPath().setType("");
        }
        if (isSourceless(volume)) {
            volume.setEmptyDir(new EmptyDirVolumeSource());
        }
    }

    private static void projected(ProjectedVolumeSource source) {
        if (source.getDefaultMode() == null) {
            source.setDefaultMode(FILE_MODE);
        }
        for (VolumeProjection part : Lists.orEmpty(source.getSources())) {
            if (part.getDownwardAPI() != null) {
                Lists.orEmpty(part.getDownwardAPI().getItems()).forEach(item -> field(item.getFieldRef()));
            }
            if (part.getServiceAccountToken() != null
                    && part.getServiceAccountToken().getExpirationSeconds() == null) {
                part.getServiceAccountToken().setExpirationSeconds(ONE_HOUR);
            }
        }
    }

    private static boolean isSourceless(Volume volume) {
        Volume named = new Volume();
        named.setName(volume.getName());
        return volume.equals(named);
    }
}
