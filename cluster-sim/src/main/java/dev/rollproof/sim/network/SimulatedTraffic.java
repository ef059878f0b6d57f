// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.Target;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.Randomness;
import dev.rollproof.sim.kubelet.Kubelets;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.List;
import java.util.Objects;

/**
 * Requests to the Services of a simulated cluster, and to the hosts of its HTTPRoutes by way of its gateway. They come from inside,
 * so that Services of every type are reached.
 */
public final class SimulatedTraffic implements Traffic {
    private final ControlPlane plane;
    private final Randomness random;
    private final SimulatedSender.Nodes nodes;
    private final OutsideRequests outside;
    private int started;

    /**
     * @param random where the choice of pods comes from
     */
    public SimulatedTraffic(ControlPlane plane, Kubelets kubelets, Randomness random) {
        this.plane = plane;
        this.random = random;
        this.nodes =
                new SimulatedSender.Nodes(new ProxyRules(plane), new GatewayRules(plane), kubelets, new Rejections());
        this.outside = new OutsideRequests(plane, nodes, random.fork("outside"));
    }

    @Override
    public RunningTraffic start(Load load) throws InterruptedException {
        Objects.requireNonNull(load, "load");
        SimulatedSender sender = plane.loop().call(() -> {
            if (load.target() instanceof Target.OfService service) {
                requireReachable(service);
                nodes.rules().start();
            } else if (load.target() instanceof Target.Host host) {
                nodes.gateway().start();
                requireRoute(host);
            }
            SimulatedSender made = new SimulatedSender(plane, nodes, random.fork("sender-" + started++), load);
            made.begin();
            return made;
        });
        sender.awaitBaseline();
        return sender;
    }

    /** Single requests, by node ports and by the API server's proxy. */
    public OutsideRequests fromOutside() {
        return outside;
    }

    private void requireRoute(Target.Host host) {
        if (!nodes.gateway().serves(host.name())) {
            throw new IllegalArgumentException(
                    "no HTTPRoute with a parent is for the host " + host.name() + "; create one before you send to it");
        }
    }

    private void requireReachable(Target.OfService target) {
        Service service = plane.api().find(ResourceType.SERVICES, target.namespace(), target.service());
        if (service == null) {
            throw new IllegalArgumentException(target + " does not exist; create it before you send to it");
        }
        if ("ExternalName".equals(service.getSpec().getType())) {
            throw new IllegalArgumentException(
                    target + " is of type ExternalName, which no pod is behind; use another type");
        }
        List<Integer> ports = service.getSpec().getPorts() == null
                ? List.of()
                : service.getSpec().getPorts().stream()
                        .map(ServicePort::getPort)
                        .toList();
        if (target.port().isPresent() && !ports.contains(target.port().getAsInt())) {
            throw new IllegalArgumentException(
                    target + " has no port " + target.port().getAsInt() + "; it has " + ports);
        }
    }
}
