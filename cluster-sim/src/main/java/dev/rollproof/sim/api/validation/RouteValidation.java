// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPPathMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteSpec;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules for HTTPRoutes that matter where requests are split: hostnames, parents, paths and headers, backends and their
 * weights; bounds by the Gateway API's definition (v1.4), texts by the API server's for custom resources, which are others than
 * for Kubernetes' own kinds. What filters say is not looked at.
 */
final class RouteValidation {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final Bound HOSTNAME = new Bound(253, "^(\\*\\.)?" + SUBDOMAIN + "$");
    private static final Bound GROUP = new Bound(253, "^$|^" + SUBDOMAIN + "$");
    private static final Bound KIND = new Bound(63, "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$");
    private static final Bound NAMESPACE = new Bound(63, "^" + LABEL + "$");
    private static final Bound NAME = new Bound(253, "");

    private final FieldErrors errors;
    private final List<Runnable> rules = new ArrayList<>();
    private boolean misshapen;

    private RouteValidation(FieldErrors errors) {
        this.errors = errors;
    }

    /** The longest that a text may be, and what it looks like; {@code ""} for whatever it likes. */
    private record Bound(int most, Pattern pattern) {
        Bound(int most, String pattern) {
            this(most, Pattern.compile(pattern));
        }
    }

    static void validate(HTTPRoute route, FieldErrors errors) {
        RouteValidation validation = new RouteValidation(errors);
        if (route.getSpec() == null) {
            errors.required("spec");
            errors.rulesNotChecked();
            return;
        }
        validation.spec(route.getSpec());
        if (validation.misshapen) {
            errors.rulesNotChecked();
        } else {
            validation.rules.forEach(Runnable::run);
        }
    }

    private void spec(HTTPRouteSpec spec) {
        List<String> hostnames = Lists.orEmpty(spec.getHostnames());
        atMost(16, "spec.hostnames", hostnames);
        for (int i = 0; i < hostnames.size(); i++) {
            text("spec.hostnames[" + i + "]", hostnames.get(i), HOSTNAME, 1);
        }
        List<ParentReference> parents = Lists.orEmpty(spec.getParentRefs());
        atMost(32, "spec.parentRefs", parents);
        for (int i = 0; i < parents.size(); i++) {
            required("spec.parentRefs[" + i + "].name", parents.get(i).getName());
        }
        List<HTTPRouteRule> all = Lists.orEmpty(spec.getRules());
        atMost(16, "spec.rules", all);
        for (int i = 0; i < all.size(); i++) {
            rule("spec.rules[" + i + "]", all.get(i));
        }
    }

    private void atMost(int most, String path, List<?> items) {
        if (items.size() > most) {
            misshapen = true;
            errors.tooMany(path, items.size(), most);
        }
    }

    private void required(String path, @Nullable String value) {
        if (value == null) {
            misshapen = true;
            errors.required(path);
        } else {
            text(path, value, NAME, 1);
        }
    }

    private void text(String path, String value, Bound bound, int least) {
        if (value.length() > bound.most()) {
            misshapen = true;
            errors.tooLong(path, bound.most());
        }
        if (value.length() < least) {
            errors.invalid(path, value, path + " in body should be at least " + least + " chars long");
        } else if (!bound.pattern().matcher(value).find()) {
            errors.invalid(path, value, path + " in body should match '" + bound.pattern() + "'");
        }
    }

    private void oneOf(String path, @Nullable String value, String... supported) {
        if (!List.of(supported).contains(value)) {
            misshapen = true;
            errors.notSupported(path, value, List.of(supported));
        }
    }

    private void between(int least, int most, String path, int value) {
        if (value < least) {
            errors.invalid(path, value, path + " in body should be greater than or equal to " + least);
        } else if (value > most) {
            errors.invalid(path, value, path + " in body should be less than or equal to " + most);
        }
    }

    private void rule(String path, HTTPRouteRule rule) {
        List<HTTPRouteMatch> matches = Lists.orEmpty(rule.getMatches());
        atMost(64, path + ".matches", matches);
        for (int i = 0; i < matches.size(); i++) {
            match(path + ".matches[" + i + "]", matches.get(i));
        }
        atMost(16, path + ".filters", Lists.orEmpty(rule.getFilters()));
        List<HTTPBackendRef> backends = Lists.orEmpty(rule.getBackendRefs());
        atMost(16, path + ".backendRefs", backends);
        for (int i = 0; i < backends.size(); i++) {
            backend(path + ".backendRefs[" + i + "]", backends.get(i));
        }
        boolean redirects =
                Lists.orEmpty(rule.getFilters()).stream().anyMatch(filter -> filter.getRequestRedirect() != null);
        if (redirects && !backends.isEmpty()) {
            rules.add(
                    () -> errors.ruleBroken(path, "RequestRedirect filter must not be used together with backendRefs"));
        }
    }

    private void match(String path, HTTPRouteMatch match) {
        HTTPPathMatch wanted = match.getPath();
        if (wanted != null) {
            String value = Objects.requireNonNullElse(wanted.getValue(), "/");
            oneOf(path + ".path.type", wanted.getType(), "Exact", "PathPrefix", "RegularExpression");
            if (value.length() > 1024) {
                misshapen = true;
                errors.tooLong(path + ".path.value", 1024);
            }
            if (!"RegularExpression".equals(wanted.getType()) && !value.startsWith("/")) {
                rules.add(() -> errors.ruleBroken(
                        path + ".path",
                        "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']"));
            }
        }
        List<HTTPHeaderMatch> headers = Lists.orEmpty(match.getHeaders());
        atMost(16, path + ".headers", headers);
        for (int i = 0; i < headers.size(); i++) {
            String header = path + ".headers[" + i + "]";
            required(header + ".name", headers.get(i).getName());
            if (headers.get(i).getValue() == null) {
                misshapen = true;
                errors.required(header + ".value");
            }
            oneOf(header + ".type", headers.get(i).getType(), "Exact", "RegularExpression");
        }
    }

    private void backend(String path, HTTPBackendRef backend) {
        text(path + ".group", Texts.orEmpty(backend.getGroup()), GROUP, 0);
        text(path + ".kind", Objects.requireNonNullElse(backend.getKind(), "Service"), KIND, 1);
        required(path + ".name", backend.getName());
        if (backend.getNamespace() != null) {
            text(path + ".namespace", backend.getNamespace(), NAMESPACE, 1);
        }
        if (backend.getPort() != null) {
            between(1, 65_535, path + ".port", backend.getPort());
        }
        between(0, 1_000_000, path + ".weight", Objects.requireNonNullElse(backend.getWeight(), 1));
        boolean service = "".equals(backend.getGroup()) && "Service".equals(backend.getKind());
        if (service && backend.getPort() == null) {
            rules.add(() -> errors.ruleBroken(path, "Must have port for Service reference"));
        }
    }
}
