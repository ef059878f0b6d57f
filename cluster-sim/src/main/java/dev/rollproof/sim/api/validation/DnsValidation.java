// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for how a pod finds others by name. Source: pkg/apis/core/validation. */
final class DnsValidation {
    private static final int MOST_NAMESERVERS = 3;
    private static final int MOST_SEARCHES = 32;
    private static final int MOST_CHARACTERS = 2048;

    private final int minor;
    private final FieldErrors errors;

    /** @param minor the minor version of Kubernetes whose rules are played */
    DnsValidation(int minor, FieldErrors errors) {
        this.minor = minor;
        this.errors = errors;
    }

    void config(@Nullable PodDNSConfig config, @Nullable String policy, String path) {
        List<String> servers = config == null || config.getNameservers() == null ? List.of() : config.getNameservers();
        if ("None".equals(policy)) {
            if (config == null) {
                errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (servers.isEmpty()) {
                errors.required(
                        path + ".nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (config == null) {
            return;
        }
        if (servers.size() > MOST_NAMESERVERS) {
            errors.invalid(path + ".nameservers", servers, "must not have more than 3 nameservers");
        }
        for (int i = 0; i < servers.size(); i++) {
            IpRules.address(path + ".nameservers[" + i + "]", servers.get(i), minor, errors);
        }
        searches(Objects.requireNonNullElse(config.getSearches(), List.of()), path + ".searches");
        List<PodDNSConfigOption> options = Objects.requireNonNullElse(config.getOptions(), List.of());
        for (int i = 0; i < options.size(); i++) {
            if (Texts.isEmpty(options.get(i).getName())) {
                errors.required(path + ".options[" + i + "]", "must not be empty");
            }
        }
    }

    private void searches(List<String> searches, String path) {
        if (searches.size() > MOST_SEARCHES) {
            errors.invalid(path, searches, "must not have more than 32 search paths");
        }
        if (String.join(" ", searches).length() > MOST_CHARACTERS) {
            errors.invalid(
                    path, searches, "must not have more than 2048 characters (including spaces) in the search list");
        }
        for (int i = 0; i < searches.size(); i++) {
            String search = searches.get(i);
            if (!search.equals(".")) {
                String at = path + "[" + i + "]";
                String domain = search.endsWith(".") ? search.substring(0, search.length() - 1) : search;
                Names.searchDomain(domain).forEach(wrong -> errors.invalid(at, domain, wrong));
            }
        }
    }

    void aliases(@Nullable List<HostAlias> aliases, String path) {
        for (int i = 0; aliases != null && i < aliases.size(); i++) {
            HostAlias alias = aliases.get(i);
            String at = path + "[" + i + "]";
            IpRules.address(at + ".ip", Texts.orEmpty(alias.getIp()), minor, errors);
            List<String> names = Objects.requireNonNullElse(alias.getHostnames(), List.of());
            for (int j = 0; j < names.size(); j++) {
                String name = names.get(j);
                String of = at + ".hostnames[" + j + "]";
                Names.subdomain(name).forEach(wrong -> errors.invalid(of, name, wrong));
            }
        }
    }
}
