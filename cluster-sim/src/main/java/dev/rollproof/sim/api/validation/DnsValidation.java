// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for how a pod finds others by name. Source: pkg/apis/core/validation. */
final class DnsValidation {
    private static final int MOST_NAMESERVERS = 3;
    private static final int MOST_SEARCHES = 32;
    private static final int MOST_CHARACTERS = 2048;
    private static final String PART = "0*(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern OLD_ADDRESS = Pattern.compile("(" + PART + "\\.){3}" + PART);
    private static final Pattern LEADING_ZERO = Pattern.compile("(.*\\.)?0\\d.*");
    private static final Pattern NEW_ADDRESS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

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
            address(servers.get(i), path + ".nameservers[" + i + "]");
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
            address(Texts.orEmpty(alias.getIp()), at + ".ip");
            List<String> names = Objects.requireNonNullElse(alias.getHostnames(), List.of());
            for (int j = 0; j < names.size(); j++) {
                String name = names.get(j);
                String of = at + ".hostnames[" + j + "]";
                Names.subdomain(name).forEach(wrong -> errors.invalid(of, name, wrong));
            }
        }
    }

    /** Addresses that can be read in more than one way are refused since Kubernetes 1.36. */
    void address(String value, String path) {
        boolean strict = minor >= 36;
        if (OLD_ADDRESS.matcher(value).matches()) {
            if (strict && LEADING_ZERO.matcher(value).matches()) {
                errors.invalid(path, value, "must not have leading 0s");
            }
            return;
        }
        InetAddress address = newer(value);
        if (address == null) {
            errors.invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        } else if (strict && address instanceof Inet4Address) {
            errors.invalid(path, value, "must not be an IPv4-mapped IPv6 address");
        }
    }

    private static @Nullable InetAddress newer(String value) {
        if (!NEW_ADDRESS.matcher(value).matches()) {
            return null;
        }
        try {
            // With a colon in it, it is no name that anybody would be asked for.
            return InetAddress.getByName(value);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
