// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for Roles, ClusterRoles and their bindings. Source: pkg/apis/rbac/validation. */
final class RbacValidation {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private RbacValidation() {}

    static void clusterRole(ClusterRole role, int minor, FieldErrors errors) {
        rules(role.getRules(), false, minor, errors);
        if (role.getAggregationRule() == null) {
            return;
        }
        String path = "aggregationRule.clusterRoleSelectors";
        List<LabelSelector> selectors = role.getAggregationRule().getClusterRoleSelectors();
        if (selectors == null || selectors.isEmpty()) {
            errors.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
            return;
        }
        for (int i = 0; i < selectors.size(); i++) {
            if (!SelectorValidation.validate(selectors.get(i), path + "[" + i + "]", errors)) {
                errors.invalid(path + "[" + i + "]", null, "invalid label selector.");
            }
        }
    }

    static void rules(@Nullable List<PolicyRule> rules, boolean namespaced, int minor, FieldErrors errors) {
        for (int i = 0; rules != null && i < rules.size(); i++) {
            rule(rules.get(i), namespaced, minor, "rules[" + i + "]", errors);
        }
    }

    private static void rule(PolicyRule rule, boolean namespaced, int minor, String path, FieldErrors errors) {
        if (isEmpty(rule.getVerbs())) {
            if (minor < 35) {
                errors.required(path + ".verbs", "verbs must contain at least one value");
            } else {
                errors.declared().required(path + ".verbs");
            }
        }
        if (!isEmpty(rule.getNonResourceURLs())) {
            if (namespaced) {
                errors.invalid(
                        path + ".nonResourceURLs",
                        rule.getNonResourceURLs(),
                        "namespaced rules cannot apply to non-resource URLs");
            }
            if (!isEmpty(rule.getApiGroups()) || !isEmpty(rule.getResources()) || !isEmpty(rule.getResourceNames())) {
                errors.invalid(
                        path + ".nonResourceURLs",
                        rule.getNonResourceURLs(),
                        "rules cannot apply to both regular resources and non-resource URLs");
            }
            return;
        }
        if (isEmpty(rule.getApiGroups())) {
            errors.required(path + ".apiGroups", "resource rules must supply at least one api group");
        }
        if (isEmpty(rule.getResources())) {
            errors.required(path + ".resources", "resource rules must supply at least one resource");
        }
    }

    private static boolean isEmpty(@Nullable List<String> list) {
        return list == null || list.isEmpty();
    }

    static void binding(
            @Nullable RoleRef role,
            @Nullable List<Subject> subjects,
            boolean namespaced,
            int minor,
            FieldErrors errors) {
        RoleRef said = Objects.requireNonNullElseGet(role, RoleRef::new);
        String group = Texts.orEmpty(said.getApiGroup());
        if (!group.equals(GROUP)) {
            errors.notSupported("roleRef.apiGroup", group, List.of(GROUP));
        }
        List<String> kinds = namespaced ? List.of("Role", "ClusterRole") : List.of("ClusterRole");
        String kind = Texts.orEmpty(said.getKind());
        if (!kinds.contains(kind)) {
            errors.notSupported("roleRef.kind", kind, kinds);
        }
        String name = Texts.orEmpty(said.getName());
        if (name.isEmpty() && minor < 35) {
            errors.required("roleRef.name");
        } else if (!name.isEmpty()) {
            Names.pathSegment(name).forEach(wrong -> errors.invalid("roleRef.name", name, wrong));
        }
        for (int i = 0; subjects != null && i < subjects.size(); i++) {
            subject(subjects.get(i), namespaced, "subjects[" + i + "]", errors);
        }
        if (name.isEmpty() && minor >= 35) {
            errors.declared().required("roleRef.name");
        }
    }

    private static void subject(Subject subject, boolean namespaced, String path, FieldErrors errors) {
        String name = Texts.orEmpty(subject.getName());
        String group = Texts.orEmpty(subject.getApiGroup());
        if (name.isEmpty()) {
            errors.declared().required(path + ".name");
        }
        switch (Texts.orEmpty(subject.getKind())) {
            case "ServiceAccount" -> {
                if (!name.isEmpty()) {
                    Names.subdomain(name).forEach(wrong -> errors.invalid(path + ".name", name, wrong));
                }
                if (!group.isEmpty()) {
                    errors.notSupported(path + ".apiGroup", group, List.of(""));
                }
                if (!namespaced && Texts.isEmpty(subject.getNamespace())) {
                    errors.required(path + ".namespace");
                }
            }
            case "User", "Group" -> {
                if (!group.equals(GROUP)) {
                    errors.notSupported(path + ".apiGroup", group, List.of(GROUP));
                }
            }
            default ->
                errors.notSupported(
                        path + ".kind", Texts.orEmpty(subject.getKind()), List.of("ServiceAccount", "User", "Group"));
        }
    }
}
