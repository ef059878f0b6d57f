// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.time.Time;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real cluster, through fabric8's client. Thread-safe. Transports and versions of the client are the caller's choice.
 */
public final class KubernetesCluster implements Cluster {
    /**
     * The API server answers 500 to an applied manifest that has a field it does not know or a quantity it cannot read, and fabric8's
     * client tries a 500 again ten times, for 19 s. These three take 0.7 s.
     */
    private static final int APPLY_RETRIES = 3;

    private final KubernetesClient client;
    private final KubernetesClient applying;
    private final boolean ownsClient;
    private final Failures failures;
    private final List<InformerObservation<?>> observations = new CopyOnWriteArrayList<>();

    private final Time time;

    private KubernetesCluster(KubernetesClient client, boolean ownsClient, Time time) {
        this.client = Objects.requireNonNull(client, "client");
        this.time = Objects.requireNonNull(time, "time");
        int retries = Math.min(APPLY_RETRIES, client.getConfiguration().getRequestRetryBackoffLimit());
        this.applying = client.newClient(new RequestConfigBuilder()
                        .withRequestRetryBackoffLimit(retries)
                        .build())
                .adapt(KubernetesClient.class);
        this.ownsClient = ownsClient;
        this.failures = new Failures(String.valueOf(client.getMasterUrl()), time);
    }

    /** A cluster through a client that stays the caller's: closing the cluster leaves the client open. */
    public static KubernetesCluster over(KubernetesClient client) {
        return over(client, Time.system());
    }

    /**
     * The same for a cluster whose time is not the system's: a simulated one that is served at a speed, with {@link Time#atSpeed}.
     * Waiting, patience and what verdicts say of durations are then in its time.
     */
    public static KubernetesCluster over(KubernetesClient client, Time time) {
        return new KubernetesCluster(client, false, time);
    }

    /** The cluster of the current kubeconfig context: {@code $KUBECONFIG}, a file or a list, else {@code ~/.kube/config}, else the pod's own. */
    public static KubernetesCluster connect() {
        return connect(Optional.empty(), Optional.empty());
    }

    /**
     * The cluster of a kubeconfig context.
     *
     * @param kubeconfig the file; empty for the usual places
     * @param context the context; empty for the current one
     * @throws KubeconfigException if the file or the context is none; the message says what to do
     */
    public static KubernetesCluster connect(Optional<Path> kubeconfig, Optional<String> context) {
        return new KubernetesCluster(Kubeconfig.client(kubeconfig, context), true, Time.system());
    }

    /** The client that this goes through, for what the port {@link Cluster} does not have. Closed with this, or by its owner. */
    public KubernetesClient client() {
        return client;
    }

    /** The namespace of the client, which is its context's; {@code default} where it names none. */
    @Override
    public String defaultNamespace() {
        String namespace = client.getNamespace();
        return namespace == null || namespace.isEmpty() ? "default" : namespace;
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public String description() {
        return "Kubernetes at " + client.getMasterUrl();
    }

    private <T extends HasMetadata> NonNamespaceOperation<T, KubernetesResourceList<T>, Resource<T>> resources(
            Class<T> type, String namespace) {
        var all = client.resources(type);
        return namespace.isEmpty() ? all : all.inNamespace(namespace);
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(Class<T> type, String namespace, String name) {
        return failures.translate(() ->
                Optional.ofNullable(resources(type, namespace).withName(name).get()));
    }

    @Override
    public <T extends HasMetadata> List<T> list(Query<T> query) {
        return failures.translate(() -> {
            var options = new ListOptionsBuilder()
                    .withLabelSelector(emptyToNull(query.labelSelector()))
                    .withFieldSelector(emptyToNull(query.fieldSelector()))
                    .build();
            List<T> items = new ArrayList<>(
                    query.namespace().isEmpty()
                            ? client.resources(query.type())
                                    .inAnyNamespace()
                                    .list(options)
                                    .getItems()
                            : resources(query.type(), query.namespace())
                                    .list(options)
                                    .getItems());
            items.sort(Comparator.comparing((T item) ->
                            Objects.requireNonNullElse(item.getMetadata().getNamespace(), ""))
                    .thenComparing(item -> item.getMetadata().getName()));
            return items;
        });
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    @Override
    public <T extends HasMetadata> T create(T manifest, WriteOptions options) {
        String uri = collection(manifest.getClass(), manifest.getMetadata().getNamespace()) + query(options);
        return failures.translate(() -> send(uri, "POST", manifest));
    }

    @Override
    public <T extends HasMetadata> T replace(T manifest, WriteOptions options) {
        return put(manifest, options, "");
    }

    @Override
    public <T extends HasMetadata> T replaceStatus(T manifest, WriteOptions options) {
        return put(manifest, options, "/status");
    }

    /**
     * PUT as it is: fabric8's own update reads and tries again where the API server would answer Conflict, or sends a version
     * that the caller left out.
     */
    private <T extends HasMetadata> T put(T manifest, WriteOptions options, String subresource) {
        String uri = uri(
                        manifest.getClass(),
                        manifest.getMetadata().getNamespace(),
                        manifest.getMetadata().getName())
                + subresource
                + query(options);
        return failures.translate(() -> send(uri, "PUT", manifest));
    }

    private <T extends HasMetadata> T send(String uri, String method, T manifest) {
        String answer = client.raw(uri, method, Models.toTree(manifest));
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) manifest.getClass();
        return Models.fromTree(Models.parseJson(answer), type);
    }

    private static String query(WriteOptions options) {
        return "?fieldManager=" + options.fieldManager() + "&fieldValidation=Strict"
                + (options.dryRun() ? "&dryRun=All" : "");
    }

    @Override
    public <T extends HasMetadata> T apply(T manifest, WriteOptions options) {
        return failures.translate(() -> {
            T bare = Models.copy(manifest);
            // The server refuses managed fields in an applied object, and its version would only make it fail by
            // chance.
            bare.getMetadata().setManagedFields(null);
            bare.getMetadata().setResourceVersion(null);
            String namespace = bare.getMetadata().getNamespace();
            if (bare instanceof Namespaced && (namespace == null || namespace.isEmpty())) {
                bare.getMetadata().setNamespace(defaultNamespace());
            }
            var validated = applying.resource(bare)
                    .dryRun(options.dryRun())
                    .fieldValidation(Validation.STRICT)
                    .fieldManager(options.fieldManager());
            return options.force() ? validated.forceConflicts().serverSideApply() : validated.serverSideApply();
        });
    }

    @Override
    public <T extends HasMetadata> T patch(
            Class<T> type, String namespace, String name, Patch patch, WriteOptions options) {
        PatchType patchType = switch (patch.type()) {
            case JSON -> PatchType.JSON;
            case MERGE -> PatchType.JSON_MERGE;
            case STRATEGIC_MERGE -> PatchType.STRATEGIC_MERGE;
        };
        PatchContext context = new PatchContext.Builder()
                .withPatchType(patchType)
                .withFieldManager(options.fieldManager())
                // Otherwise the server drops fields that it does not know, and tells nobody.
                .withFieldValidation("Strict")
                .withDryRun(options.dryRun() ? List.of("All") : null)
                .build();
        return failures.translate(() -> {
            T patched = resources(type, namespace).withName(name).patch(context, patch.body());
            if (patched == null) {
                throw Failures.notFound(HasMetadata.getFullResourceName(type), name);
            }
            return patched;
        });
    }

    @Override
    public <T extends HasMetadata> void scale(
            Class<T> type, String namespace, String name, int replicas, WriteOptions options) {
        String uri = uri(type, namespace, name) + "/scale";
        failures.translate(() -> {
            Map<String, Object> scale = Models.parseJson(client.raw(uri, "GET", null));
            scale.put("spec", Map.of("replicas", replicas));
            if (scale.get("metadata") instanceof Map<?, ?> metadata) {
                metadata.remove("resourceVersion");
            }
            return client.raw(
                    uri + "?fieldManager=" + options.fieldManager() + (options.dryRun() ? "&dryRun=All" : ""),
                    "PUT",
                    scale);
        });
    }

    @Override
    public <T extends HasMetadata> void delete(Class<T> type, String namespace, String name, DeleteOptions options) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", "v1");
        body.put("kind", "DeleteOptions");
        String policy = options.propagation().name();
        body.put("propagationPolicy", policy.charAt(0) + policy.substring(1).toLowerCase(Locale.ROOT));
        options.gracePeriodSeconds().ifPresent(seconds -> body.put("gracePeriodSeconds", seconds));
        Map<String, Object> preconditions = new LinkedHashMap<>();
        options.uid().ifPresent(uid -> preconditions.put("uid", uid));
        options.resourceVersion().ifPresent(version -> preconditions.put("resourceVersion", version));
        if (!preconditions.isEmpty()) {
            body.put("preconditions", preconditions);
        }
        // Not fabric8's delete: it knows no precondition on the uid, and answers "not found" with success.
        failures.translate(() -> client.raw(uri(type, namespace, name), "DELETE", body));
    }

    private String uri(Class<?> type, @Nullable String namespace, String name) {
        return collection(type, namespace) + "/" + name;
    }

    private String collection(Class<?> type, @Nullable String namespace) {
        Class<? extends HasMetadata> model = type.asSubclass(HasMetadata.class);
        String apiVersion = HasMetadata.getApiVersion(model);
        String root = apiVersion.contains("/") ? "/apis/" : "/api/";
        String scope = "";
        if (Namespaced.class.isAssignableFrom(type)) {
            scope = "/namespaces/" + (namespace == null || namespace.isEmpty() ? defaultNamespace() : namespace);
        }
        return root + apiVersion + scope + "/" + HasMetadata.getPlural(model);
    }

    @Override
    public <T extends HasMetadata> Observation observe(Query<T> query, Consumer<Change> onChange) {
        InformerObservation<T> observation =
                new InformerObservation<>(client, query, onChange, failures, time(), observations::remove);
        observations.add(observation);
        observation.start();
        return observation;
    }

    @Override
    public void close() {
        observations.forEach(InformerObservation::close);
        if (ownsClient) {
            client.close();
        }
    }

    @Override
    public String toString() {
        return description();
    }
}
