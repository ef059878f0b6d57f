// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.services;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import dev.rollproof.sim.api.validation.FieldErrors;
import dev.rollproof.sim.api.validation.IpRules;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which families of addresses a Service has, in a cluster that has IPv4 alone. Source: pkg/registry/core/service/storage/alloc.go. */
final class IpFamilies {
    private static final String POLICY = "spec.ipFamilyPolicy";

    private IpFamilies() {}

    /** What is said when nothing is. */
    static void setPolicy(ServiceSpec spec, @Nullable ServiceSpec before) {
        if (spec.getIpFamilyPolicy() != null) {
            return;
        }
        if (before != null && before.getIpFamilyPolicy() != null) {
            spec.setIpFamilyPolicy(before.getIpFamilyPolicy());
        } else {
            spec.setIpFamilyPolicy(isHeadlessWithoutSelector(spec) ? "RequireDualStack" : "SingleStack");
        }
    }

    /** A cluster need not have the addresses of what somebody else gives addresses to. */
    private static boolean isHeadlessWithoutSelector(ServiceSpec spec) {
        return "None".equals(spec.getClusterIP())
                && (spec.getSelector() == null || spec.getSelector().isEmpty());
    }

    static void set(Service service, @Nullable ServiceSpec before) {
        ServiceSpec spec = service.getSpec();
        FieldErrors errors = new FieldErrors();
        boolean single = "SingleStack".equals(spec.getIpFamilyPolicy());
        if (before != null) {
            kept(spec, before, single, errors);
        }
        if (single && Lists.orEmpty(spec.getClusterIPs()).size() == 2) {
            errors.invalid(
                    POLICY,
                    spec.getIpFamilyPolicy(),
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
        }
        if (single && Lists.orEmpty(spec.getIpFamilies()).size() == 2) {
            errors.invalid(
                    POLICY,
                    spec.getIpFamilyPolicy(),
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
        }
        ofAddresses(spec, errors);
        throwIfAny(errors, service);
        if (isHeadlessWithoutSelector(spec)) {
            ofNoAddress(spec, single);
            return;
        }
        onThisCluster(spec, errors);
        throwIfAny(errors, service);
        if (Lists.orEmpty(spec.getIpFamilies()).isEmpty()) {
            spec.setIpFamilies(List.of("IPv4"));
        }
    }

    static void throwIfAny(FieldErrors errors, Service service) {
        errors.throwIfAny("Service", "", Texts.orEmpty(service.getMetadata().getName()));
    }

    private static void kept(ServiceSpec spec, ServiceSpec before, boolean single, FieldErrors errors) {
        List<String> families = Lists.orEmpty(spec.getIpFamilies());
        if (single) {
            if (families.size() > 1 && families.equals(before.getIpFamilies())) {
                spec.setIpFamilies(List.of(families.get(0)));
            }
        } else if (before.getIpFamilies() != null
                && families.size() < before.getIpFamilies().size()) {
            errors.invalid(
                    POLICY, spec.getIpFamilyPolicy(), "must be 'SingleStack' to release the secondary IP family");
        }
    }

    private static void ofAddresses(ServiceSpec spec, FieldErrors errors) {
        List<String> addresses = Lists.orEmpty(spec.getClusterIPs());
        List<String> families = new ArrayList<>(Lists.orEmpty(spec.getIpFamilies()));
        for (int i = families.size(); i < addresses.size() && !addresses.get(i).equals("None"); i++) {
            if (IpRules.isNewer(addresses.get(i))) {
                errors.invalid("spec.clusterIPs[" + i + "]", addresses, "IPv6 is not configured on this cluster");
            } else {
                families.add("IPv4");
            }
        }
        if (!families.equals(Lists.orEmpty(spec.getIpFamilies()))) {
            spec.setIpFamilies(families);
        }
    }

    private static void ofNoAddress(ServiceSpec spec, boolean single) {
        List<String> families = new ArrayList<>(Lists.orEmpty(spec.getIpFamilies()));
        if (families.isEmpty()) {
            families.add("IPv4");
        }
        if (families.size() < 2 && !single) {
            families.add(families.get(0).equals("IPv4") ? "IPv6" : "IPv4");
        }
        spec.setIpFamilies(families);
    }

    private static void onThisCluster(ServiceSpec spec, FieldErrors errors) {
        if (Objects.equals(spec.getIpFamilyPolicy(), "RequireDualStack")) {
            errors.invalid(POLICY, spec.getIpFamilyPolicy(), "this cluster is not configured for dual-stack services");
        }
        List<String> families = Lists.orEmpty(spec.getIpFamilies());
        for (int i = 0; i < families.size(); i++) {
            if (!families.get(i).equals("IPv4")) {
                errors.invalid("spec.ipFamilies[" + i + "]", families.get(i), "not configured on this cluster");
            }
        }
    }
}
