// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules for a Service's own addresses and their families, which are looked at before any is handed out. Source: pkg/apis/core/validation.
 */
public final class ClusterIpRules {
    private static final List<String> FAMILIES = List.of("IPv4", "IPv6");
    private static final List<String> POLICIES = List.of("PreferDualStack", "RequireDualStack", "SingleStack");
    private static final String ADDRESSES = "spec.clusterIPs";

    private ClusterIpRules() {}

    /** @param minor the minor version of Kubernetes whose rules are played, such as 37 */
    public static void check(ServiceSpec spec, int minor, FieldErrors errors) {
        if ("ExternalName".equals(spec.getType())) {
            return;
        }
        List<String> addresses = Lists.orEmpty(spec.getClusterIPs());
        String first = Texts.orEmpty(spec.getClusterIP());
        if (first.isEmpty()) {
            if (!addresses.isEmpty()) {
                errors.invalid(ADDRESSES, addresses, "must be empty when `clusterIP` is not specified");
            }
        } else if (addresses.isEmpty()) {
            errors.required(ADDRESSES);
        } else if (!addresses.get(0).equals(first)) {
            errors.invalid(ADDRESSES, addresses, "first value must match `clusterIP`");
        }
        families(Lists.orEmpty(spec.getIpFamilies()), errors);
        String policy = spec.getIpFamilyPolicy();
        if (policy != null && !POLICIES.contains(policy)) {
            errors.notSupported("spec.ipFamilyPolicy", policy, POLICIES);
        }
        if (areAddresses(addresses, minor, errors)) {
            together(addresses, Lists.orEmpty(spec.getIpFamilies()), errors);
        }
    }

    private static void families(List<String> families, FieldErrors errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < families.size(); i++) {
            String path = "spec.ipFamilies[" + i + "]";
            if (!FAMILIES.contains(families.get(i))) {
                errors.notSupported(path, families.get(i), FAMILIES);
            }
            if (!seen.add(families.get(i))) {
                errors.duplicate(path, families.get(i));
            }
        }
    }

    private static boolean areAddresses(List<String> addresses, int minor, FieldErrors errors) {
        int before = errors.count();
        for (int i = 0; i < addresses.size(); i++) {
            if (i > 0 || !addresses.get(0).equals("None")) {
                IpRules.address(ADDRESSES + "[" + i + "]", addresses.get(i), minor, errors);
            } else if (addresses.size() > 1) {
                errors.invalid(ADDRESSES, addresses, "'None' must be the first and only value");
            }
        }
        boolean wrong = errors.count() > before;
        if (addresses.size() > 2) {
            errors.invalid(ADDRESSES, addresses, "may only hold up to 2 values");
        }
        return !wrong;
    }

    private static void together(List<String> addresses, List<String> families, FieldErrors errors) {
        long newer = addresses.stream().filter(IpRules::isNewer).count();
        if (addresses.size() > 1 && (newer != 1 || addresses.size() > 2)) {
            errors.invalid(ADDRESSES, addresses, "may specify no more than one IP for each IP family");
        }
        if (addresses.contains("None")) {
            return;
        }
        for (int i = 0; i < Math.min(addresses.size(), families.size()); i++) {
            String address = addresses.get(i);
            String family = IpRules.isNewer(address) ? "IPv6" : "IPv4";
            if (FAMILIES.contains(families.get(i)) && !families.get(i).equals(family)) {
                errors.invalid(
                        ADDRESSES + "[" + i + "]",
                        address,
                        "expected an " + families.get(i) + " value as indicated by `ipFamilies[" + i + "]`");
            }
        }
    }
}
