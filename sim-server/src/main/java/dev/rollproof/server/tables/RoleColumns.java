// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The columns of the Role kinds. */
final class RoleColumns {
    private RoleColumns() {}

    /** Roles have no printer of their own in Kubernetes. */
    static <T extends HasMetadata> List<Column<T>> ofRoles(Column<T> name) {
        return List.of(
                name,
                new Column<>(
                        "Created At", "date", false, role -> role.getMetadata().getCreationTimestamp()));
    }

    static List<Column<RoleBinding>> ofBindings(Column<RoleBinding> name, Column<RoleBinding> age) {
        return columns(name, age, RoleBinding::getRoleRef, RoleBinding::getSubjects);
    }

    static List<Column<ClusterRoleBinding>> ofClusterBindings(
            Column<ClusterRoleBinding> name, Column<ClusterRoleBinding> age) {
        return columns(name, age, ClusterRoleBinding::getRoleRef, ClusterRoleBinding::getSubjects);
    }

    private static <T extends HasMetadata> List<Column<T>> columns(
            Column<T> name, Column<T> age, Function<T, RoleRef> role, Function<T, @Nullable List<Subject>> subjects) {
        return List.of(
                name,
                Column.text(
                        "Role",
                        binding -> role.apply(binding).getKind() + "/"
                                + role.apply(binding).getName()),
                age,
                Column.wide("Users", binding -> names(subjects.apply(binding), "User")),
                Column.wide("Groups", binding -> names(subjects.apply(binding), "Group")),
                Column.wide("ServiceAccounts", binding -> names(subjects.apply(binding), "ServiceAccount")));
    }

    private static String names(@Nullable List<Subject> subjects, String kind) {
        return Objects.requireNonNullElse(subjects, List.<Subject>of()).stream()
                .filter(subject -> kind.equals(subject.getKind()))
                .map(subject -> kind.equals("ServiceAccount")
                        ? Objects.requireNonNullElse(subject.getNamespace(), "") + "/" + subject.getName()
                        : subject.getName())
                .collect(Collectors.joining(", "));
    }
}
