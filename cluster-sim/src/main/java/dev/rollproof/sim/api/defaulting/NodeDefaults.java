// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.DaemonEndpoint;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeDaemonEndpoints;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import java.util.List;

/** The defaults of nodes, and what is there also of those whose kubelet has not said anything yet. */
final class NodeDefaults {
    private NodeDefaults() {}

    static void setOn(Node node) {
        if (node.getSpec() == null) {
            node.setSpec(new NodeSpec());
        }
        addresses(node.getSpec());
        // Of a feature that there is no more.
        node.getSpec().setConfigSource(null);
        if (node.getStatus() == null) {
            node.setStatus(new NodeStatus());
        }
        NodeStatus status = node.getStatus();
        status.setConfig(null);
        boolean saysRoom =
                status.getAllocatable() != null && !status.getAllocatable().isEmpty();
        if (!saysRoom && status.getCapacity() != null) {
            status.setAllocatable(status.getCapacity());
        }
        if (status.getDaemonEndpoints() == null) {
            status.setDaemonEndpoints(new NodeDaemonEndpoints());
        }
        if (status.getDaemonEndpoints().getKubeletEndpoint() == null) {
            status.getDaemonEndpoints().setKubeletEndpoint(new DaemonEndpoint());
        }
        DaemonEndpoint kubelet = status.getDaemonEndpoints().getKubeletEndpoint();
        kubelet.setPort(kubelet.getPort() == null ? Integer.valueOf(0) : kubelet.getPort());
        if (status.getNodeInfo() == null) {
            status.setNodeInfo(new NodeSystemInfo());
        }
        system(status.getNodeInfo());
    }

    /** The older field says the first of the newer one. */
    private static void addresses(NodeSpec spec) {
        String first = Texts.orEmpty(spec.getPodCIDR());
        List<String> all = Lists.orEmpty(spec.getPodCIDRs());
        if (!first.isEmpty() && (all.isEmpty() || !all.get(0).equals(first))) {
            spec.setPodCIDRs(List.of(first));
        } else {
            spec.setPodCIDR(all.isEmpty() ? null : all.get(0));
        }
    }

    private static void system(NodeSystemInfo info) {
        info.setArchitecture(Texts.orEmpty(info.getArchitecture()));
        info.setBootID(Texts.orEmpty(info.getBootID()));
        info.setContainerRuntimeVersion(Texts.orEmpty(info.getContainerRuntimeVersion()));
        info.setKernelVersion(Texts.orEmpty(info.getKernelVersion()));
        info.setKubeProxyVersion(Texts.orEmpty(info.getKubeProxyVersion()));
        info.setKubeletVersion(Texts.orEmpty(info.getKubeletVersion()));
        info.setMachineID(Texts.orEmpty(info.getMachineID()));
        info.setOperatingSystem(Texts.orEmpty(info.getOperatingSystem()));
        info.setOsImage(Texts.orEmpty(info.getOsImage()));
        info.setSystemUUID(Texts.orEmpty(info.getSystemUUID()));
    }
}
