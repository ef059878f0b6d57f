// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ContainerResizePolicy;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceClaim;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The rules for what a pod and its containers use. Source: pkg/apis/core/validation. */
final class ResourceValidation {
    private static final List<String> OF_CONTAINERS = List.of("cpu", "memory", "ephemeral-storage");
    private static final String PAGES = "hugepages-";

    private final int minor;
    private final FieldErrors errors;

    /** @param minor the minor version of Kubernetes whose rules are played */
    ResourceValidation(int minor, FieldErrors errors) {
        this.minor = minor;
        this.errors = errors;
    }

    /** @param claims the names of the claims that the pod has */
    void container(@Nullable ResourceRequirements resources, Set<String> claims, String path) {
        if (resources != null) {
            amounts(orNone(resources.getLimits()), orNone(resources.getRequests()), path, false);
            claims(resources.getClaims(), claims, path + ".claims");
        }
    }

    /** What a pod uses beside its containers. */
    void overhead(@Nullable Map<String, Quantity> overhead, String path) {
        if (overhead != null) {
            amounts(overhead, Map.of(), path, false);
        }
    }

    /** What the containers of a pod use together. */
    void pod(@Nullable ResourceRequirements resources, Set<String> claims, String path) {
        if (resources == null) {
            return;
        }
        if (!Lists.orEmpty(resources.getClaims()).isEmpty()) {
            errors.forbidden(path + ".claims", "claims may not be set for Resources at pod-level");
        }
        amounts(orNone(resources.getLimits()), orNone(resources.getRequests()), path, true);
        claims(resources.getClaims(), claims, path + ".claims");
    }

    private static Map<String, Quantity> orNone(@Nullable Map<String, Quantity> amounts) {
        return amounts == null ? Map.of() : amounts;
    }

    private void amounts(Map<String, Quantity> limits, Map<String, Quantity> requests, String path, boolean ofPod) {
        if (limits.isEmpty() && requests.isEmpty()) {
            return;
        }
        limits.forEach((name, amount) -> amount(name, amount, path + ".limits[" + name + "]", ofPod));
        requests.forEach((name, amount) -> {
            String at = path + ".requests[" + name + "]";
            name(name, at, ofPod);
            value(name, amount, at);
            limited(name, amount, limits.get(name), path);
            pages(name, amount, at);
        });
        if ((hasPages(limits) || hasPages(requests)) && !hasShares(limits) && !hasShares(requests)) {
            errors.forbidden(path, "HugePages require cpu or memory");
        }
    }

    private static boolean hasPages(Map<String, Quantity> amounts) {
        for (String name : amounts.keySet()) {
            if (name.startsWith(PAGES)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasShares(Map<String, Quantity> amounts) {
        return amounts.containsKey("cpu") || amounts.containsKey("memory");
    }

    private void amount(String name, Quantity amount, String path, boolean ofPod) {
        name(name, path, ofPod);
        value(name, amount, path);
        pages(name, amount, path);
    }

    private void limited(String name, Quantity amount, @Nullable Quantity limit, String path) {
        boolean exact = !isNative(name) || name.startsWith(PAGES);
        if (limit == null) {
            if (exact) {
                errors.required(path + ".limits", "Limit must be set for non overcommitable resources");
            }
            return;
        }
        int compared = amount.getNumericalAmount().compareTo(limit.getNumericalAmount());
        if (compared != 0 && exact) {
            errors.invalid(path + ".requests", amount.toString(), "must be equal to " + name + " limit of " + limit);
        } else if (compared > 0) {
            errors.invalid(
                    path + ".requests",
                    amount.toString(),
                    "must be less than or equal to " + name + " limit of " + limit);
        }
    }

    private static boolean isNative(String name) {
        return !name.contains("/") || name.contains("kubernetes.io/");
    }

    private static boolean isExtended(String name) {
        return !isNative(name)
                && !name.startsWith("requests.")
                && Names.qualifiedName("requests." + name).isEmpty();
    }

    private void name(String name, String path, boolean ofPod) {
        if (OF_CONTAINERS.contains(name) && !ofPod) {
            return;
        }
        int before = errors.count();
        Names.qualifiedName(name).forEach(wrong -> errors.invalid(path, name, wrong));
        boolean ofContainers = OF_CONTAINERS.contains(name) || name.startsWith(PAGES);
        if (errors.count() == before
                && !name.contains("/")
                && !ofContainers
                && !QuotaValidation.STANDARD.contains(name)) {
            errors.invalid(path, name, "must be a standard resource type or fully qualified");
        }
        if (ofPod) {
            if (errors.count() == before && !name.equals("cpu") && !name.equals("memory") && !name.startsWith(PAGES)) {
                errors.notSupported(path, name, List.of("cpu", PAGES, "memory"));
            }
        } else if (!name.contains("/")) {
            if (!ofContainers) {
                errors.invalid(path, name, "must be a standard resource for containers");
            }
        } else if (!isNative(name) && !isExtended(name)) {
            errors.invalid(path, name, "doesn't follow extended resource name standard");
        }
    }

    private void value(String name, Quantity amount, String path) {
        BigDecimal number = amount.getNumericalAmount();
        if (number.signum() < 0) {
            errors.invalid(path, amount.toString(), Names.NON_NEGATIVE);
        }
        if (!OF_CONTAINERS.contains(name)
                && isExtended(name)
                && number.stripTrailingZeros().scale() > 0) {
            errors.invalid(path, amount.toString(), "must be an integer");
        }
    }

    private void pages(String name, Quantity amount, String path) {
        if (name.startsWith(PAGES) && !isMultiple(amount, name.substring(PAGES.length()))) {
            errors.invalid(path, amount.toString(), amount + " is not positive integer multiple of " + name);
        }
    }

    private static boolean isMultiple(Quantity amount, String size) {
        Quantity page = Quantity.parse(size);
        if (Quantities.unreadableIn(page).isPresent()) {
            return false;
        }
        BigDecimal bytes = page.getNumericalAmount();
        return bytes.signum() > 0
                && bytes.stripTrailingZeros().scale() <= 0
                && amount.getNumericalAmount().remainder(bytes).signum() == 0;
    }

    private void claims(@Nullable List<ResourceClaim> claims, Set<String> ofPod, String path) {
        Set<String> names = new HashSet<>();
        for (int i = 0; claims != null && i < claims.size(); i++) {
            String at = path + "[" + i + "]";
            String name = Texts.orEmpty(claims.get(i).getName());
            String request = Texts.orEmpty(claims.get(i).getRequest());
            if (name.isEmpty()) {
                errors.required(at);
                continue;
            }
            if (names.contains(name)) {
                errors.duplicate(at, name);
            } else {
                if (!request.isEmpty()) {
                    Names.label(request).forEach(wrong -> errors.invalid(at + ".request", request, wrong));
                }
                String key = request.isEmpty() ? name : name + "/" + request;
                if (names.contains(key)) {
                    errors.duplicate(at, key);
                } else if (request.isEmpty()) {
                    names.stream()
                            .filter(other -> other.startsWith(name + "/"))
                            .forEach(other -> errors.duplicate(at, name));
                }
                names.add(key);
            }
            if (!ofPod.contains(name)) {
                errors.notFound(
                        at,
                        name,
                        "must be one of the names in pod.spec.resourceClaims"
                                + (ofPod.isEmpty()
                                        ? " which is empty"
                                        : ": " + String.join(", ", new TreeSet<>(ofPod))));
            }
        }
    }

    /** What is claimed for a pod; returns the names. */
    Set<String> podClaims(@Nullable List<PodResourceClaim> claims, String path) {
        if (claims == null || claims.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < claims.size(); i++) {
            PodResourceClaim claim = claims.get(i);
            String at = path + "[" + i + "]";
            String name = Texts.orEmpty(claim.getName());
            if (name.isEmpty()) {
                errors.required(at + ".name");
            } else if (names.contains(name)) {
                errors.duplicate(at + ".name", name);
            } else {
                Names.label(name).forEach(wrong -> errors.invalid(at + ".name", name, wrong));
                names.add(name);
            }
            sources(claim, at);
        }
        return names;
    }

    private void sources(PodResourceClaim claim, String path) {
        String name = claim.getResourceClaimName();
        String template = claim.getResourceClaimTemplateName();
        if (name != null && template != null) {
            errors.invalid(
                    path,
                    shown(claim),
                    "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
        }
        if (name == null && template == null) {
            errors.invalid(path, shown(claim), "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
        }
        if (name != null) {
            Names.subdomain(name).forEach(wrong -> errors.invalid(path + ".resourceClaimName", name, wrong));
        }
        if (template != null) {
            Names.subdomain(template)
                    .forEach(wrong -> errors.invalid(path + ".resourceClaimTemplateName", template, wrong));
        }
    }

    /** As the server shows what it has read, which is by other names than what it was sent. */
    private static Map<String, @Nullable Object> shown(PodResourceClaim claim) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("Name", Texts.orEmpty(claim.getName()));
        shown.put("ResourceClaimName", claim.getResourceClaimName());
        shown.put("ResourceClaimTemplateName", claim.getResourceClaimTemplateName());
        return shown;
    }

    /** @param restarts the restart policy of the pod */
    void resize(@Nullable List<ContainerResizePolicy> policies, @Nullable String restarts, String path) {
        Set<String> resources = new HashSet<>();
        for (int i = 0; policies != null && i < policies.size(); i++) {
            String resource = Texts.orEmpty(policies.get(i).getResourceName());
            String policy = Texts.orEmpty(policies.get(i).getRestartPolicy());
            if (!resources.add(resource)) {
                errors.duplicate(path + "[" + i + "]", resource);
            }
            known(resource, List.of("cpu", "memory"), path);
            known(policy, List.of("NotRequired", "RestartContainer"), path);
            if ("Never".equals(restarts) && !policy.equals("NotRequired")) {
                String whose = minor < 35 ? "" : "pod ";
                errors.invalid(path, policy, "must be 'NotRequired' when " + whose + "`restartPolicy` is 'Never'");
            }
        }
    }

    private void known(String value, List<String> known, String path) {
        if (value.isEmpty()) {
            errors.required(path);
        } else if (!known.contains(value)) {
            errors.notSupported(path, value, known);
        }
    }
}
