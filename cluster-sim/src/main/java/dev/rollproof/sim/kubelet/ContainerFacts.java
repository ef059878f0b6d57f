// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.api.Usage;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a status repeats of the spec: what containers got of what they asked for, their mounts, and their images by their whole names. */
final class ContainerFacts {
    private static final ResourceRequirements NOTHING = new ResourceRequirements();

    private ContainerFacts() {}

    /** What is said of a container from the beginning: where its volumes are. */
    static List<VolumeMountStatus> mountsOf(Container container) {
        List<VolumeMountStatus> mounts = new ArrayList<>();
        if (container.getVolumeMounts() != null) {
            for (VolumeMount mount : container.getVolumeMounts()) {
                boolean readOnly = Boolean.TRUE.equals(mount.getReadOnly());
                mounts.add(new VolumeMountStatus(
                        mount.getMountPath(),
                        mount.getName(),
                        readOnly ? Boolean.TRUE : null,
                        readOnly ? "Disabled" : null,
                        null));
            }
        }
        return mounts;
    }

    /** Says of a container that runs or has run what it got. */
    static void addTo(ContainerStatus status, Container container) {
        ResourceRequirements resources = container.getResources() == null ? NOTHING : container.getResources();
        status.setImage(wholeName(container.getImage()));
        status.setResources(resources);
        if (resources.getRequests() != null && !resources.getRequests().isEmpty()) {
            status.setAllocatedResources(resources.getRequests());
        }
    }

    /**
     * An image's name as a container runtime says it: of Docker Hub where no registry is named, and of its library where nobody is. Source:
     * the reference grammar of distribution.
     */
    static String wholeName(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean hasRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
        String name = hasRegistry ? image : "docker.io/" + (slash < 0 ? "library/" : "") + image;
        boolean isPinned = name.indexOf('@') >= 0 || name.indexOf(':', name.lastIndexOf('/')) >= 0;
        return isPinned ? name : name + ":latest";
    }

    /** What a whole pod got, since Kubernetes 1.36: what is said of it, or else the sums of its containers. */
    static final class OfPod {
        private final ResourceRequirements resources;

        OfPod(PodSpec spec) {
            if (spec.getResources() != null) {
                resources = spec.getResources();
                return;
            }
            Map<String, Quantity> requests = sum(spec, false);
            Map<String, Quantity> limits = sum(spec, true);
            if (requests.isEmpty() && limits.isEmpty()) {
                resources = NOTHING;
                return;
            }
            resources = new ResourceRequirements();
            resources.setRequests(requests);
            resources.setLimits(limits);
        }

        private static Map<String, Quantity> sum(PodSpec spec, boolean limits) {
            List<Map<String, Quantity>> said = new ArrayList<>();
            for (Container container : spec.getContainers()) {
                Map<String, Quantity> more = of(container, limits);
                if (!more.isEmpty()) {
                    said.add(more);
                }
            }
            return said.size() == 1 ? said.get(0) : Usage.sumOf(said);
        }

        private static Map<String, Quantity> of(Container container, boolean limits) {
            ResourceRequirements resources = container.getResources();
            @Nullable
            Map<String, Quantity> said =
                    resources == null ? null : limits ? resources.getLimits() : resources.getRequests();
            return said == null ? Map.of() : said;
        }

        void addTo(PodStatus status) {
            status.setResources(resources);
            if (resources.getRequests() != null && !resources.getRequests().isEmpty()) {
                status.setAllocatedResources(resources.getRequests());
            }
        }
    }
}
