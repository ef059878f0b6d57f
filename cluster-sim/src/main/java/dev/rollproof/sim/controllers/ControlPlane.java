// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.engine.Delay;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.function.LongSupplier;

/**
 * What every component of the control plane is connected to: the API server, and its own source of delays.
 *
 * @param jitter whether delays are drawn from their range; without it each is the shortest
 * @param minor the minor version of Kubernetes that is played, such as 37
 */
public record ControlPlane(ApiServer api, Randomness random, boolean jitter, int minor) {
    private static final Delay WATCH = Delay.ofMillis(2, 30);

    public EventLoop loop() {
        return api.loop();
    }

    /** Draws of a delay, from a fork of the randomness of that name. */
    public LongSupplier delays(String name, Delay delay) {
        Delay drawn = jitter ? delay : delay.fixed();
        Randomness fork = random.fork(name);
        return () -> drawn.nanos(fork);
    }

    /** A cache of one kind for one component, behind a watch with a latency of its own. */
    public <T extends HasMetadata> Informer<T> informer(String component, ResourceType<T> type) {
        return new Informer<>(api, type, delays(component + "/watch/" + type.plural(), WATCH));
    }

    /** Whether ReplicaSets and Deployments count terminating pods in their status (KEP-3973, on since 1.35). */
    public boolean countsTerminating() {
        return minor >= 35;
    }
}
