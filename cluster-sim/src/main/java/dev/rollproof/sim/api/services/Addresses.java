// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.services;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.ServiceReach;
import dev.rollproof.sim.api.Texts;
import dev.rollproof.sim.api.validation.ClusterIpRules;
import dev.rollproof.sim.api.validation.FieldErrors;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the cluster's addresses and node ports to Services, before they are validated as a whole, as the API server does. Not
 * thread-safe: under the simulation's lock.
 */
public final class Addresses {
    private static final String IN_RANGE = "10.96.";
    private static final int ADDRESSES = 60_000;

    private final Supplier<? extends Iterable<Service>> all;
    private final int minor;
    private int lastAddress = 9;

    /**
     * @param all the Services that there are
     * @param minor the minor version of Kubernetes whose rules are played, such as 37
     */
    public Addresses(Supplier<? extends Iterable<Service>> all, int minor) {
        this.all = all;
        this.minor = minor;
    }

    /**
     * Fills in what a Service did not ask for itself; what it had before it keeps, as far as it still has a use for it. Fails with Invalid
     * where what it asks for is none, is not the cluster's or is somebody else's.
     *
     * @param stored the Service as it was; null for a new one
     * @param dryRun then ports of nodes are not looked at closely, as on a real server
     */
    public void allocate(Service service, @Nullable Service stored, boolean dryRun) {
        ServiceSpec spec = service.getSpec();
        if (spec == null) {
            return;
        }
        ServiceSpec before = stored == null ? null : stored.getSpec();
        if (before != null) {
            ServiceFields.keep(spec, before);
        }
        ServiceFields.agree(spec, before);
        if (ServiceFields.needsAddress(spec)) {
            IpFamilies.setPolicy(spec, before);
            FieldErrors errors = new FieldErrors();
            ClusterIpRules.check(spec, minor, errors);
            IpFamilies.throwIfAny(errors, service);
            IpFamilies.set(service, before);
            if (before == null || !ServiceFields.needsAddress(before)) {
                address(service, stored);
            }
        }
        if (ServiceReach.onNodes(spec)) {
            new NodePorts(all.get(), dryRun).allocate(service, before);
        }
        if (before != null) {
            ServiceFields.drop(spec, before);
        }
    }

    private Iterable<Service> others(@Nullable Service stored) {
        List<Service> others = new ArrayList<>();
        for (Service service : all.get()) {
            if (stored == null
                    || !Objects.equals(
                            service.getMetadata().getUid(), stored.getMetadata().getUid())) {
                others.add(service);
            }
        }
        return others;
    }

    private void address(Service service, @Nullable Service stored) {
        ServiceSpec spec = service.getSpec();
        String asked = Texts.orEmpty(spec.getClusterIP());
        if (asked.equals("None")) {
            return;
        }
        Set<String> taken = new HashSet<>();
        for (Service other : others(stored)) {
            taken.addAll(Lists.orEmpty(other.getSpec().getClusterIPs()));
        }
        if (asked.isEmpty()) {
            String free = free(taken);
            spec.setClusterIP(free);
            spec.setClusterIPs(List.of(free));
            return;
        }
        String wrong = !asked.startsWith(IN_RANGE)
                ? "the provided network does not match the current range"
                : taken.contains(asked) ? "provided IP is already allocated" : "";
        if (!wrong.isEmpty()) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("spec.clusterIPs", spec.getClusterIPs(), "failed to allocate IP " + asked + ": " + wrong);
            IpFamilies.throwIfAny(errors, service);
        }
    }

    private String free(Set<String> taken) {
        String address;
        do {
            lastAddress = lastAddress % ADDRESSES + 1;
            address = IN_RANGE + lastAddress / 250 + "." + (lastAddress % 250 + 1);
        } while (taken.contains(address));
        return address;
    }
}
