// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.Randomness;
import dev.rollproof.sim.kubelet.Kubelets;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.List;
import java.util.Objects;

/** Requests to the Services of a simulated cluster. They come from inside, so that Services of every type are reached. */
public final class SimulatedTraffic implements Traffic {
    private final ControlPlane plane;
    private final Kubelets kubelets;
    private final Randomness random;
    private final ProxyRules rules;
    private final Rejections rejections = new Rejections();
    private int started;

    /**
     * @param random where the choice of pods comes from
     */
    public SimulatedTraffic(ControlPlane plane, Kubelets kubelets, Randomness random) {
        this.plane = plane;
        this.kubelets = kubelets;
        this.random = random;
        this.rules = new ProxyRules(plane);
    }

    @Override
    public RunningTraffic start(Load load) throws InterruptedException {
        Objects.requireNonNull(load, "load");
        SimulatedSender sender = plane.loop().call(() -> {
            requireReachable(load);
            rules.start();
            SimulatedSender made =
                    new SimulatedSender(plane, rules, kubelets, random.fork("sender-" + started++), load, rejections);
            made.begin();
            return made;
        });
        sender.awaitBaseline();
        return sender;
    }

    private void requireReachable(Load load) {
        Service service = plane.api().find(ResourceType.SERVICES, load.namespace(), load.service());
        if (service == null) {
            throw new IllegalArgumentException(load.target() + " does not exist; create it before you send to it");
        }
        if ("ExternalName".equals(service.getSpec().getType())) {
            throw new IllegalArgumentException(
                    load.target() + " is of type ExternalName, which no pod is behind; use another type");
        }
        List<Integer> ports = service.getSpec().getPorts() == null
                ? List.of()
                : service.getSpec().getPorts().stream()
                        .map(ServicePort::getPort)
                        .toList();
        if (load.port().isPresent() && !ports.contains(load.port().getAsInt())) {
            throw new IllegalArgumentException(
                    load.target() + " has no port " + load.port().getAsInt() + "; it has " + ports);
        }
    }
}
