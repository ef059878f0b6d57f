// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two Services that share requests, as backends in the same rules of an HTTPRoute. Only their weights are set; all else in the
 * route is somebody else's. Pure.
 *
 * @param route an HTTPRoute, in whose namespace the Services are
 * @param stable the Service of the old version
 * @param canary the Service of the new version
 */
public record Split(ObjectRef route, String stable, String canary) {
    /** The weights of the two in one rule. */
    public record Weights(int stable, int canary) {
        /** Such as {@code 95/5}. */
        @Override
        public String toString() {
            return stable + "/" + canary;
        }
    }

    public Split {
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(stable, "stable");
        Objects.requireNonNull(canary, "canary");
    }

    /**
     * A rule that names both.
     *
     * @param index of the rule among all of the route
     * @param stable indices of the backends that are the stable Service
     * @param canary indices of the backends that are the canary's
     */
    public record Shared(int index, HTTPRouteRule rule, List<Integer> stable, List<Integer> canary) {
        /** The weights of the first of each. */
        public Weights weights() {
            return new Weights(weight(stable.get(0)), weight(canary.get(0)));
        }

        private int weight(int backend) {
            return weightOf(rule.getBackendRefs().get(backend));
        }

        /** Where a backend is, such as {@code spec.rules[0].backendRefs[1]}. */
        public String path(int backend) {
            return "spec.rules[" + index + "].backendRefs[" + backend + "]";
        }
    }

    /** The weight of a backend; 1 where it has none. */
    public static int weightOf(HTTPBackendRef backend) {
        return Objects.requireNonNullElse(backend.getWeight(), 1);
    }

    /** The rules that name both, in their order. */
    public List<Shared> rules(HTTPRoute read) {
        List<HTTPRouteRule> rules = orEmpty(read.getSpec().getRules());
        List<Shared> shared = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            List<Integer> stables = backends(rules.get(i), stable);
            List<Integer> canaries = backends(rules.get(i), canary);
            if (!stables.isEmpty() && !canaries.isEmpty()) {
                shared.add(new Shared(i, rules.get(i), stables, canaries));
            }
        }
        return shared;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    /** Which backends of a rule are a Service of the route's namespace. */
    public List<Integer> backends(HTTPRouteRule rule, String service) {
        List<HTTPBackendRef> backends = orEmpty(rule.getBackendRefs());
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < backends.size(); i++) {
            HTTPBackendRef backend = backends.get(i);
            boolean isService = "Service".equals(Objects.requireNonNullElse(backend.getKind(), "Service"))
                    && Objects.requireNonNullElse(backend.getGroup(), "").isEmpty();
            boolean here =
                    backend.getNamespace() == null || backend.getNamespace().equals(route.namespace());
            if (isService && here && backend.getName().equals(service)) {
                found.add(i);
            }
        }
        return found;
    }

    /** The weights that the two have, rule by rule; empty where no rule names both. */
    List<Weights> weights(HTTPRoute read) {
        return rules(read).stream().map(Shared::weights).toList();
    }

    /**
     * The fields that are to be changed for these weights; none where all is well.
     *
     * @param wanted rule by rule; where there are more rules by now, the last is for them too
     */
    Map<String, @Nullable Object> fields(HTTPRoute read, List<Weights> wanted) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        List<Shared> rules = rules(read);
        for (int i = 0; i < rules.size(); i++) {
            Shared rule = rules.get(i);
            Weights weights = wanted.get(Math.min(i, wanted.size() - 1));
            if (!rule.weights().equals(weights)) {
                fields.put(pointer(rule, rule.stable().get(0)), weights.stable());
                fields.put(pointer(rule, rule.canary().get(0)), weights.canary());
            }
        }
        return fields;
    }

    private static String pointer(Shared rule, int backend) {
        return "/spec/rules/" + rule.index() + "/backendRefs/" + backend + "/weight";
    }
}
