// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException.Cause;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients ask about themselves: who they are, and what they may do. Whoever has the token may do everything, as the group
 * {@code system:masters} does. Thread-safe.
 */
final class ReviewRequests {
    private static final List<String> ALL = List.of("*");
    private static final String USER = "rollproof-sim";

    private ReviewRequests() {}

    static Answer review(ApiRequest request, Review review) {
        if (!request.method().equals("POST")) {
            throw Refusal.methodNotAllowed();
        }
        Map<String, @Nullable Object> tree = Bodies.tree(request, review.kind());
        Bodies.checkKind(tree, review.apiVersion(), review.kind());
        WriteParameters.of(request, "CreateOptions");
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("kind", review.kind());
        answer.put("apiVersion", review.apiVersion());
        answer.put("metadata", tree.get("metadata") instanceof Map<?, ?> metadata ? metadata : Map.of());
        Map<?, ?> spec = tree.get("spec") instanceof Map<?, ?> given ? given : Map.of();
        switch (review) {
            case SELF_SUBJECT_REVIEW -> answer.put("status", Map.of("userInfo", userInfo()));
            case SELF_SUBJECT_ACCESS_REVIEW -> {
                checkAccess(spec);
                answer.put("spec", spec);
                answer.put("status", Map.of("allowed", true));
            }
            case SELF_SUBJECT_RULES_REVIEW -> {
                if (!(spec.get("namespace") instanceof String namespace) || namespace.isEmpty()) {
                    throw Refusal.badRequest("no namespace on request");
                }
                answer.put("spec", spec);
                answer.put("status", rules());
            }
        }
        return Answer.Whole.json(201, StatusObjects.bytes(answer));
    }

    private static Map<String, Object> userInfo() {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("username", USER);
        user.put("groups", List.of("system:masters", "system:authenticated"));
        return user;
    }

    private static Map<String, Object> rules() {
        Map<String, Object> rules = new LinkedHashMap<>();
        rules.put("resourceRules", List.of(Map.of("verbs", ALL, "apiGroups", ALL, "resources", ALL)));
        rules.put("nonResourceRules", List.of(Map.of("verbs", ALL, "nonResourceURLs", ALL)));
        rules.put("incomplete", false);
        return rules;
    }

    /** The rule of Kubernetes' validation: it is about a resource, or about a path. */
    private static void checkAccess(Map<?, ?> spec) {
        boolean resource = spec.get("resourceAttributes") != null;
        boolean path = spec.get("nonResourceAttributes") != null;
        if (resource == path) {
            String field = resource ? "spec.nonResourceAttributes" : "spec.resourceAttributes";
            String message = resource
                    ? "Invalid value: cannot be specified in combination with resourceAttributes"
                    : "Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified";
            throw new Refusal(
                    422,
                    "Invalid",
                    "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: " + field + ": " + message,
                    List.of(new Cause(field, "FieldValueInvalid", message)));
        }
    }
}
