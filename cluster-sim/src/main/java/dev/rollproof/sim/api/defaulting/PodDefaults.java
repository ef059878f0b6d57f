// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Frozen;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The defaults of a pod's spec, in a pod or in a template. */
final class PodDefaults {
    private static final int FILE_MODE = 420;

    private PodDefaults() {}

    static void setOn(@Nullable PodTemplateSpec template) {
        if (template != null && template.getSpec() != null) {
            setOn(template.getSpec());
        }
    }

    static void setOn(PodSpec spec) {
        if (spec.getRestartPolicy() == null) {
            spec.setRestartPolicy("Always");
        }
        if (spec.getDnsPolicy() == null) {
            spec.setDnsPolicy("ClusterFirst");
        }
        if (spec.getSchedulerName() == null) {
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
        orNone(spec.getInitContainers()).forEach(PodDefaults::container);
        orNone(spec.getContainers()).forEach(PodDefaults::container);
        orNone(spec.getVolumes()).forEach(PodDefaults::volume);
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
    }

    @SuppressWarnings("ReferenceEquality") // whether any container has been replaced
    private static @Nullable List<Container> requestWhatIsLimited(@Nullable List<Container> containers) {
        List<Container> complete = new ArrayList<>();
        boolean same = true;
        for (Container container : orNone(containers)) {
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

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static void container(Container container) {
        if (container.getTerminationMessagePath() == null) {
            container.setTerminationMessagePath("/dev/termination-log");
        }
        if (container.getTerminationMessagePolicy() == null) {
            container.setTerminationMessagePolicy("File");
        }
        if (container.getImagePullPolicy() == null) {
            container.setImagePullPolicy(isLatest(container.getImage()) ? "Always" : "IfNotPresent");
        }
        if (container.getResources() == null) {
            container.setResources(new ResourceRequirements());
        }
        for (ContainerPort port : orNone(container.getPorts())) {
            if (port.getProtocol() == null) {
                port.setProtocol("TCP");
            }
        }
        for (EnvVar variable : orNone(container.getEnv())) {
            if (variable.getValueFrom() != null
                    && variable.getValueFrom().getFieldRef() != null
                    && variable.getValueFrom().getFieldRef().getApiVersion() == null) {
                variable.getValueFrom().getFieldRef().setApiVersion("v1");
            }
        }
        probe(container.getLivenessProbe());
        probe(container.getReadinessProbe());
        probe(container.getStartupProbe());
        Lifecycle lifecycle = container.getLifecycle();
        if (lifecycle != null) {
            handler(lifecycle.getPostStart());
            handler(lifecycle.getPreStop());
        }
    }

    private static boolean isLatest(@Nullable String image) {
        if (image == null || image.contains("@")) {
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
        if (get.getPath() == null) {
            get.setPath("/");
        }
        if (get.getScheme() == null) {
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
        if (volume.getDownwardAPI() != null && volume.getDownwardAPI().getDefaultMode() == null) {
            volume.getDownwardAPI().setDefaultMode(FILE_MODE);
        }
        if (volume.getProjected() != null && volume.getProjected().getDefaultMode() == null) {
            volume.getProjected().setDefaultMode(FILE_MODE);
        }
        if (volume.getHostPath() != null && volume.getHostPath().getType() == null) {
            volume.getHostPath().setType("");
        }
        if (isSourceless(volume)) {
            volume.setEmptyDir(new EmptyDirVolumeSource());
        }
    }

    private static boolean isSourceless(Volume volume) {
        Volume named = new Volume();
        named.setName(volume.getName());
        return volume.equals(named);
    }
}
