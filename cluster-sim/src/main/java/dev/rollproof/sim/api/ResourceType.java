// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A kind of object that the server knows: its names, and how to reach the parts of its model.
 *
 * @param group the API group; {@code ""} for the core
 * @param plural its name in paths and messages, such as {@code deployments}
 * @param shallowCopy a new object with the same parts
 * @param spec the part whose changes count as a new generation; null where the kind counts none
 * @param status the part that only the status subresource writes; null where the kind has none
 * @param setStatus writes that part
 */
public record ResourceType<T extends HasMetadata>(
        Class<T> model,
        String group,
        String version,
        String kind,
        String plural,
        boolean namespaced,
        UnaryOperator<T> shallowCopy,
        Function<T, @Nullable Object> spec,
        Function<T, @Nullable Object> status,
        BiConsumer<T, T> setStatus) {
    private static final String RBAC = "rbac.authorization.k8s.io";

    public static final ResourceType<Deployment> DEPLOYMENTS = new ResourceType<>(
            Deployment.class,
            "apps",
            "v1",
            "Deployment",
            "deployments",
            true,
            d -> new Deployment(d.getApiVersion(), d.getKind(), d.getMetadata(), d.getSpec(), d.getStatus()),
            // Of a Deployment the annotations count, too (pkg/registry/apps/deployment/strategy.go).
            d -> List.of(
                    Optional.ofNullable(d.getSpec()),
                    Objects.requireNonNullElse(d.getMetadata().getAnnotations(), Map.of())),
            Deployment::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<ReplicaSet> REPLICA_SETS = new ResourceType<>(
            ReplicaSet.class,
            "apps",
            "v1",
            "ReplicaSet",
            "replicasets",
            true,
            r -> new ReplicaSet(r.getApiVersion(), r.getKind(), r.getMetadata(), r.getSpec(), r.getStatus()),
            ReplicaSet::getSpec,
            ReplicaSet::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<StatefulSet> STATEFUL_SETS = new ResourceType<>(
            StatefulSet.class,
            "apps",
            "v1",
            "StatefulSet",
            "statefulsets",
            true,
            s -> new StatefulSet(s.getApiVersion(), s.getKind(), s.getMetadata(), s.getSpec(), s.getStatus()),
            StatefulSet::getSpec,
            StatefulSet::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<DaemonSet> DAEMON_SETS = new ResourceType<>(
            DaemonSet.class,
            "apps",
            "v1",
            "DaemonSet",
            "daemonsets",
            true,
            d -> new DaemonSet(d.getApiVersion(), d.getKind(), d.getMetadata(), d.getSpec(), d.getStatus()),
            DaemonSet::getSpec,
            DaemonSet::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<ControllerRevision> CONTROLLER_REVISIONS = plain(
            ControllerRevision.class,
            "apps",
            "controllerrevisions",
            true,
            r -> new ControllerRevision(r.getApiVersion(), r.getData(), r.getKind(), r.getMetadata(), r.getRevision()));
    public static final ResourceType<Pod> PODS = new ResourceType<>(
            Pod.class,
            "",
            "v1",
            "Pod",
            "pods",
            true,
            p -> new Pod(p.getApiVersion(), p.getKind(), p.getMetadata(), p.getSpec(), p.getStatus()),
            Pod::getSpec,
            Pod::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<Service> SERVICES = new ResourceType<>(
            Service.class,
            "",
            "v1",
            "Service",
            "services",
            true,
            s -> new Service(s.getApiVersion(), s.getKind(), s.getMetadata(), s.getSpec(), s.getStatus()),
            s -> null,
            Service::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<EndpointSlice> ENDPOINT_SLICES = new ResourceType<>(
            EndpointSlice.class,
            "discovery.k8s.io",
            "v1",
            "EndpointSlice",
            "endpointslices",
            true,
            e -> {
                EndpointSlice copy = new EndpointSlice();
                copy.setMetadata(e.getMetadata());
                copy.setAddressType(e.getAddressType());
                copy.setEndpoints(e.getEndpoints());
                copy.setPorts(e.getPorts());
                return copy;
            },
            e -> List.of(Optional.ofNullable(e.getEndpoints()), Optional.ofNullable(e.getPorts())),
            e -> null,
            (to, from) -> {});
    public static final ResourceType<Event> EVENTS = plain(Event.class, "", "events", true, ResourceType::copyEvent);
    public static final ResourceType<Namespace> NAMESPACES = new ResourceType<>(
            Namespace.class,
            "",
            "v1",
            "Namespace",
            "namespaces",
            false,
            n -> new Namespace(n.getApiVersion(), n.getKind(), n.getMetadata(), n.getSpec(), n.getStatus()),
            n -> null,
            Namespace::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<Node> NODES = new ResourceType<>(
            Node.class,
            "",
            "v1",
            "Node",
            "nodes",
            false,
            n -> new Node(n.getApiVersion(), n.getKind(), n.getMetadata(), n.getSpec(), n.getStatus()),
            n -> null,
            Node::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<ConfigMap> CONFIG_MAPS = plain(ConfigMap.class, "", "configmaps", true, c -> {
        ConfigMap copy = new ConfigMap();
        copy.setMetadata(c.getMetadata());
        copy.setData(c.getData());
        copy.setBinaryData(c.getBinaryData());
        copy.setImmutable(c.getImmutable());
        return copy;
    });
    public static final ResourceType<Secret> SECRETS = plain(Secret.class, "", "secrets", true, s -> {
        Secret copy = new Secret();
        copy.setMetadata(s.getMetadata());
        copy.setData(s.getData());
        copy.setStringData(s.getStringData());
        copy.setType(s.getType());
        copy.setImmutable(s.getImmutable());
        return copy;
    });
    public static final ResourceType<ServiceAccount> SERVICE_ACCOUNTS =
            plain(ServiceAccount.class, "", "serviceaccounts", true, s -> {
                ServiceAccount copy = new ServiceAccount();
                copy.setMetadata(s.getMetadata());
                copy.setSecrets(s.getSecrets());
                copy.setImagePullSecrets(s.getImagePullSecrets());
                copy.setAutomountServiceAccountToken(s.getAutomountServiceAccountToken());
                return copy;
            });
    public static final ResourceType<ResourceQuota> RESOURCE_QUOTAS = new ResourceType<>(
            ResourceQuota.class,
            "",
            "v1",
            "ResourceQuota",
            "resourcequotas",
            true,
            q -> new ResourceQuota(q.getApiVersion(), q.getKind(), q.getMetadata(), q.getSpec(), q.getStatus()),
            q -> null,
            ResourceQuota::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));

    public static final ResourceType<PersistentVolume> PERSISTENT_VOLUMES = new ResourceType<>(
            PersistentVolume.class,
            "",
            "v1",
            "PersistentVolume",
            "persistentvolumes",
            false,
            v -> new PersistentVolume(v.getApiVersion(), v.getKind(), v.getMetadata(), v.getSpec(), v.getStatus()),
            v -> null,
            PersistentVolume::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<PersistentVolumeClaim> PERSISTENT_VOLUME_CLAIMS = new ResourceType<>(
            PersistentVolumeClaim.class,
            "",
            "v1",
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
            true,
            c -> new PersistentVolumeClaim(c.getApiVersion(), c.getKind(), c.getMetadata(), c.getSpec(), c.getStatus()),
            c -> null,
            PersistentVolumeClaim::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<StorageClass> STORAGE_CLASSES = plain(
            StorageClass.class,
            "storage.k8s.io",
            "storageclasses",
            false,
            c -> new StorageClass(
                    c.getAllowVolumeExpansion(),
                    c.getAllowedTopologies(),
                    c.getApiVersion(),
                    c.getKind(),
                    c.getMetadata(),
                    c.getMountOptions(),
                    c.getParameters(),
                    c.getProvisioner(),
                    c.getReclaimPolicy(),
                    c.getVolumeBindingMode()));
    public static final ResourceType<PodDisruptionBudget> POD_DISRUPTION_BUDGETS = new ResourceType<>(
            PodDisruptionBudget.class,
            "policy",
            "v1",
            "PodDisruptionBudget",
            "poddisruptionbudgets",
            true,
            b -> new PodDisruptionBudget(b.getApiVersion(), b.getKind(), b.getMetadata(), b.getSpec(), b.getStatus()),
            PodDisruptionBudget::getSpec,
            PodDisruptionBudget::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));
    public static final ResourceType<Role> ROLES = plain(
            Role.class,
            RBAC,
            "roles",
            true,
            r -> new Role(r.getApiVersion(), r.getKind(), r.getMetadata(), r.getRules()));
    public static final ResourceType<RoleBinding> ROLE_BINDINGS = plain(
            RoleBinding.class,
            RBAC,
            "rolebindings",
            true,
            b -> new RoleBinding(b.getApiVersion(), b.getKind(), b.getMetadata(), b.getRoleRef(), b.getSubjects()));
    public static final ResourceType<ClusterRole> CLUSTER_ROLES = plain(
            ClusterRole.class,
            RBAC,
            "clusterroles",
            false,
            r -> new ClusterRole(
                    r.getAggregationRule(), r.getApiVersion(), r.getKind(), r.getMetadata(), r.getRules()));
    public static final ResourceType<ClusterRoleBinding> CLUSTER_ROLE_BINDINGS = plain(
            ClusterRoleBinding.class,
            RBAC,
            "clusterrolebindings",
            false,
            b -> new ClusterRoleBinding(
                    b.getApiVersion(), b.getKind(), b.getMetadata(), b.getRoleRef(), b.getSubjects()));

    /** The one kind that is not Kubernetes' own: a cluster has it where the Gateway API's definitions are installed. */
    public static final ResourceType<HTTPRoute> HTTP_ROUTES = new ResourceType<>(
            HTTPRoute.class,
            "gateway.networking.k8s.io",
            "v1",
            "HTTPRoute",
            "httproutes",
            true,
            r -> new HTTPRoute(r.getApiVersion(), r.getKind(), r.getMetadata(), r.getSpec(), r.getStatus()),
            HTTPRoute::getSpec,
            HTTPRoute::getStatus,
            (to, from) -> to.setStatus(from.getStatus()));

    /** A kind of which clients write all, and nobody counts generations. */
    private static <T extends HasMetadata> ResourceType<T> plain(
            Class<T> model, String group, String plural, boolean namespaced, UnaryOperator<T> shallowCopy) {
        return new ResourceType<>(
                model,
                group,
                "v1",
                model.getSimpleName(),
                plural,
                namespaced,
                shallowCopy,
                object -> null,
                object -> null,
                (to, from) -> {});
    }

    /** All kinds, owners before what they own. */
    public static List<ResourceType<?>> all() {
        return List.of(
                NAMESPACES,
                NODES,
                SERVICE_ACCOUNTS,
                CONFIG_MAPS,
                SECRETS,
                RESOURCE_QUOTAS,
                STORAGE_CLASSES,
                PERSISTENT_VOLUMES,
                PERSISTENT_VOLUME_CLAIMS,
                POD_DISRUPTION_BUDGETS,
                ROLES,
                ROLE_BINDINGS,
                CLUSTER_ROLES,
                CLUSTER_ROLE_BINDINGS,
                SERVICES,
                HTTP_ROUTES,
                STATEFUL_SETS,
                DAEMON_SETS,
                CONTROLLER_REVISIONS,
                DEPLOYMENTS,
                REPLICA_SETS,
                PODS,
                ENDPOINT_SLICES,
                EVENTS);
    }

    private static final Map<Class<?>, ResourceType<?>> BY_MODEL =
            all().stream().collect(Collectors.toUnmodifiableMap(ResourceType::model, Function.identity()));
    private static final Map<String, ResourceType<?>> BY_KIND =
            all().stream().collect(Collectors.toUnmodifiableMap(ResourceType::kind, Function.identity()));

    /** The kind of a model class; fails with NotFound where the server does not know it. */
    @SuppressWarnings("unchecked")
    public static <T extends HasMetadata> ResourceType<T> of(Class<T> model) {
        ResourceType<?> type = BY_MODEL.get(model);
        if (type == null) {
            throw notServed(model);
        }
        return (ResourceType<T>) type;
    }

    /** What the server answers where it is asked for a kind that it does not serve. */
    public static ClusterException notServed(Class<?> model) {
        return new ClusterException(
                ClusterException.Reason.NOT_FOUND,
                "the server could not find the requested resource: the simulated cluster has no "
                        + model.getSimpleName()
                        + " of "
                        + HasMetadata.getApiVersion(model.asSubclass(HasMetadata.class)));
    }

    /** Whether it is defined by a CustomResourceDefinition, for which some of the server's rules are others. */
    public boolean isCustom() {
        return equals(HTTP_ROUTES);
    }

    /** Whether it may be replaced by who does not say which version he has seen. */
    public boolean allowsUnconditionalUpdate() {
        return !isCustom() && this != POD_DISRUPTION_BUDGETS;
    }

    /** Whether it has replicas that the {@code scale} subresource sets. */
    public boolean isScalable() {
        return equals(DEPLOYMENTS) || equals(REPLICA_SETS) || equals(STATEFUL_SETS);
    }

    /** Whether it has a {@code status} subresource. */
    public boolean hasStatus() {
        return this != CONFIG_MAPS
                && this != SECRETS
                && this != SERVICE_ACCOUNTS
                && this != EVENTS
                && this != CONTROLLER_REVISIONS
                && this != ENDPOINT_SLICES
                && this != STORAGE_CLASSES
                && !group.equals(RBAC);
    }

    /** Whether who replaces an object that is not there creates it. */
    public boolean createsOnUpdate() {
        return this == SERVICES || this == EVENTS || group.equals(RBAC);
    }

    /** The type of a kind, such as {@code Pod}; null where the server does not know it. */
    public static @Nullable ResourceType<?> ofKind(String kind) {
        return BY_KIND.get(kind);
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** The name that the server uses in messages, such as {@code deployments.apps}. */
    public String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** The kind as the server uses it in messages, such as {@code Deployment.apps}. */
    public String qualifiedKind() {
        return group.isEmpty() ? kind : kind + "." + group;
    }

    private static Event copyEvent(Event e) {
        Event copy = new Event();
        copy.setMetadata(e.getMetadata());
        copy.setInvolvedObject(e.getInvolvedObject());
        copy.setReason(e.getReason());
        copy.setMessage(e.getMessage());
        copy.setType(e.getType());
        copy.setCount(e.getCount());
        copy.setSource(e.getSource());
        copy.setFirstTimestamp(e.getFirstTimestamp());
        copy.setLastTimestamp(e.getLastTimestamp());
        copy.setEventTime(e.getEventTime());
        copy.setAction(e.getAction());
        copy.setRelated(e.getRelated());
        copy.setReportingComponent(e.getReportingComponent());
        copy.setReportingInstance(e.getReportingInstance());
        copy.setSeries(e.getSeries());
        return copy;
    }

    /** There is one object for each kind. */
    @Override
    public boolean equals(@Nullable Object that) {
        return this == that;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return resource();
    }
}
