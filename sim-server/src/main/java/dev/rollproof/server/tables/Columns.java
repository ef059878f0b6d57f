// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The columns of each kind, after Kubernetes' printers. */
final class Columns {
    private static final String NONE = "<none>";

    private Columns() {}

    /** Any object of the model may be asked for its cells. */
    @SuppressWarnings("unchecked")
    static List<Column<HasMetadata>> of(Class<? extends HasMetadata> model, Instant now, int minor) {
        List<? extends Column<? extends HasMetadata>> columns = columns(model, now, minor);
        return (List<Column<HasMetadata>>) columns;
    }

    private static List<? extends Column<? extends HasMetadata>> columns(Class<?> model, Instant now, int minor) {
        if (model == Pod.class) {
            return PodColumns.of(name(), age(now), now);
        }
        if (model == Deployment.class) {
            return WorkloadColumns.deployments(name(), age(now));
        }
        if (model == ReplicaSet.class) {
            return WorkloadColumns.replicaSets(name(), age(now));
        }
        if (model == StatefulSet.class) {
            return WorkloadColumns.statefulSets(name(), age(now));
        }
        if (model == DaemonSet.class) {
            return WorkloadColumns.daemonSets(name(), age(now));
        }
        if (model == ControllerRevision.class) {
            return WorkloadColumns.revisions(name(), age(now));
        }
        if (model == Service.class) {
            return ServiceColumns.of(name(), age(now));
        }
        if (model == Node.class) {
            return NodeColumns.of(name(), age(now));
        }
        if (model == Event.class) {
            return EventColumns.of(now);
        }
        if (model == EndpointSlice.class) {
            return ServiceColumns.ofSlices(name(), age(now));
        }
        if (model == ServiceAccount.class) {
            return serviceAccounts(now, minor);
        }
        return plain(model, now);
    }

    /** 1.37 counts their secrets no more. */
    private static List<Column<ServiceAccount>> serviceAccounts(Instant now, int minor) {
        return minor > 34
                ? List.of(name(), age(now))
                : List.of(name(), Column.number("Secrets", account -> size(account.getSecrets())), age(now));
    }

    private static List<? extends Column<? extends HasMetadata>> plain(Class<?> model, Instant now) {
        if (model == Namespace.class) {
            return List.of(
                    name(),
                    Column.<Namespace>text(
                            "Status",
                            namespace -> namespace.getStatus() == null
                                    ? ""
                                    : namespace.getStatus().getPhase()),
                    age(now));
        }
        if (model == ConfigMap.class) {
            return List.of(
                    name(),
                    Column.<ConfigMap>text("Data", map -> size(map.getData()) + size(map.getBinaryData())),
                    age(now));
        }
        if (model == Secret.class) {
            return List.of(
                    name(),
                    Column.<Secret>text("Type", Secret::getType),
                    Column.<Secret>text("Data", secret -> size(secret.getData())),
                    age(now));
        }
        if (model == ResourceQuota.class) {
            return QuotaColumns.of(name(), age(now));
        }
        if (model == HTTPRoute.class) {
            return List.of(
                    name(),
                    Column.<HTTPRoute>text(
                            "Hostnames",
                            route -> route.getSpec() == null
                                            || size(route.getSpec().getHostnames()) == 0
                                    ? null
                                    : route.getSpec().getHostnames().stream()
                                            .map(host -> "\"" + host + "\"")
                                            .collect(Collectors.joining(",", "[", "]"))),
                    age(now));
        }
        if (model == PodDisruptionBudget.class) {
            return budgets(now);
        }
        if (model == PersistentVolumeClaim.class) {
            return VolumeColumns.ofClaims(name(), age(now));
        }
        if (model == PersistentVolume.class) {
            return VolumeColumns.ofVolumes(name(), age(now));
        }
        if (model == StorageClass.class) {
            return VolumeColumns.ofClasses(age(now));
        }
        return roles(model, now);
    }

    private static List<Column<PodDisruptionBudget>> budgets(Instant now) {
        return List.of(
                name(),
                Column.text("Min Available", budget -> amount(budget.getSpec().getMinAvailable())),
                Column.text("Max Unavailable", budget -> amount(budget.getSpec().getMaxUnavailable())),
                Column.number(
                        "Allowed Disruptions",
                        budget -> budget.getStatus() == null
                                ? 0
                                : zero(budget.getStatus().getDisruptionsAllowed())),
                age(now));
    }

    private static String amount(@Nullable IntOrString amount) {
        return amount == null ? "N/A" : String.valueOf(amount.getValue());
    }

    private static List<? extends Column<? extends HasMetadata>> roles(Class<?> model, Instant now) {
        if (model == Role.class || model == ClusterRole.class) {
            return RoleColumns.ofRoles(name());
        }
        if (model == RoleBinding.class) {
            return RoleColumns.ofBindings(name(), age(now));
        }
        if (model == ClusterRoleBinding.class) {
            return RoleColumns.ofClusterBindings(name(), age(now));
        }
        return List.of(name(), age(now));
    }

    static int size(@Nullable Map<?, ?> map) {
        return map == null ? 0 : map.size();
    }

    static int size(@Nullable List<?> list) {
        return list == null ? 0 : list.size();
    }

    private static <T extends HasMetadata> Column<T> name() {
        return Column.text("Name", object -> object.getMetadata().getName());
    }

    private static <T extends HasMetadata> Column<T> age(Instant now) {
        return Column.text("Age", object -> Ages.since(object.getMetadata().getCreationTimestamp(), now));
    }

    static int zero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    static String orNone(@Nullable String text) {
        return text == null || text.isEmpty() ? NONE : text;
    }
}
