// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the API promises of Roles and their bindings as objects: what it fills in, and what it refuses. */
abstract class RolesContract extends Contract {
    private <T extends HasMetadata> T of(Class<T> type, String name, String rest) {
        return Yaml.read(type, """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: %s
                metadata: {name: "%s"%s}
                %s
                """.formatted(
                        type.getSimpleName(),
                        name,
                        type.getSimpleName().startsWith("Cluster") ? "" : ", namespace: " + namespace,
                        rest));
    }

    private void refused(HasMetadata manifest, String... fields) {
        List<Cause> causes = refusal(Reason.INVALID, () -> cluster.create(manifest, DEFAULTS))
                .causes();
        assertThat(causes).extracting(Cause::field).containsExactly(fields);
    }

    @Test
    void aRoleIsStoredAsItIsAndHasNoGeneration() {
        Role role = of(Role.class, "Reads:Pods", "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]");
        Role created = create(role);
        assertThat(created.getRules()).isEqualTo(role.getRules());
        assertThat(created.getMetadata().getGeneration()).isNull();
        assertThat(stored(Role.class, "Reads:Pods")).isEqualTo(created);
        create(of(Role.class, "empty", "rules: []"));
        assertThat(cluster.list(Query.of(Role.class).inNamespace(namespace))).hasSize(2);
        cluster.delete(Role.class, namespace, "empty", DELETE);
        assertThat(gone(Role.class, "empty")).isTrue();
    }

    @Test
    void aRuleNeedsVerbsGroupsAndResources() {
        refused(of(Role.class, "bad", "rules: [{apiGroups: [''], resources: [pods]}]"), "rules[0].verbs");
        refused(of(Role.class, "bad", "rules: [{verbs: [get]}]"), "rules[0].apiGroups", "rules[0].resources");
        refused(
                of(Role.class, "bad", "rules: [{verbs: [get], nonResourceURLs: [/x], resources: [pods]}]"),
                "rules[0].nonResourceURLs",
                "rules[0].nonResourceURLs");
        refused(of(Role.class, "a%b", "rules: []"), "metadata.name");
        assertThat(refusal(Reason.INVALID, () -> create(of(Role.class, "bad", "rules: [{verbs: [get]}]"))))
                .hasMessage(
                        "Role.rbac.authorization.k8s.io \"bad\" is invalid: [rules[0].apiGroups: Required value: resource"
                                + " rules must supply at least one api group, rules[0].resources: Required value: resource rules"
                                + " must supply at least one resource]");
    }

    @Test
    void aClusterRoleMayReachBeyondResourcesAndGatherOthers() {
        String name = namespace + "-paths";
        create(of(ClusterRole.class, name, "rules: [{verbs: [get], nonResourceURLs: [/metrics]}]"));
        assertThat(cluster.get(ClusterRole.class, "", name)).isPresent();
        cluster.delete(ClusterRole.class, "", name, DELETE);
        refused(of(ClusterRole.class, "bad", "aggregationRule: {}"), "aggregationRule.clusterRoleSelectors");
        refused(
                of(
                        ClusterRole.class,
                        "bad",
                        "aggregationRule: {clusterRoleSelectors: [{matchExpressions: [{key: a, operator: Foo}]}]}"),
                "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator",
                "aggregationRule.clusterRoleSelectors[0]");
    }

    @Test
    void aBindingGetsItsGroupsAndKeepsItsRole() {
        RoleBinding created = create(of(RoleBinding.class, "reads", """
                roleRef: {kind: Role, name: reader, apiGroup: ""}
                subjects: [{kind: User, name: jane}, {kind: ServiceAccount, name: default, namespace: %s}]
                """.formatted(namespace)));
        String group = "rbac.authorization.k8s.io";
        assertThat(created.getRoleRef().getApiGroup()).isEqualTo(group);
        assertThat(created.getSubjects().get(0).getApiGroup()).isEqualTo(group);
        assertThat(created.getSubjects().get(1).getApiGroup()).isNull();
        // Kubernetes 1.34 says it in words of its own.
        assertThat(refusal(
                                Reason.INVALID,
                                () -> cluster.patch(
                                        RoleBinding.class,
                                        namespace,
                                        "reads",
                                        Patch.merge("{\"roleRef\": {\"name\": \"other\"}}"),
                                        DEFAULTS))
                        .getMessage()
                        .replace("cannot change roleRef", "field is immutable"))
                .isEqualTo(
                        "RoleBinding.rbac.authorization.k8s.io \"reads\" is invalid: roleRef: Invalid value: {\"APIGroup\":"
                                + "\"rbac.authorization.k8s.io\",\"Kind\":\"Role\",\"Name\":\"other\"}: field is immutable");
    }

    @Test
    void aBindingNamesARoleAndWhoGetsIt() {
        refused(of(RoleBinding.class, "bad", "subjects: []"), "roleRef.kind", "roleRef.name");
        refused(
                of(RoleBinding.class, "bad", """
                        roleRef: {apiGroup: x, kind: Foo, name: a/b}
                        subjects:
                        - {kind: Foo, name: x}
                        - {kind: User, apiGroup: x, name: x}
                        - {kind: ServiceAccount, name: A_, apiGroup: x}
                        - {kind: Group}
                        """),
                "roleRef.apiGroup",
                "roleRef.kind",
                "roleRef.name",
                "subjects[0].kind",
                "subjects[1].apiGroup",
                "subjects[2].name",
                "subjects[2].apiGroup",
                "subjects[3].name");
        refused(of(ClusterRoleBinding.class, "bad", """
                        roleRef: {kind: Role, name: r}
                        subjects: [{kind: ServiceAccount, name: default}]
                        """), "roleRef.kind", "subjects[0].namespace");
    }
}
