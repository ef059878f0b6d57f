// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rollproof.harness.TestNamespace;
import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.ObservedMetadata;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/** What every part of the contract needs: the cluster, a namespace of the test's own, manifests, and patience. */
abstract class Contract {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    static final WriteOptions DEFAULTS = WriteOptions.defaults();
    static final DeleteOptions DELETE = DeleteOptions.defaults();

    Cluster cluster;
    String namespace;

    @BeforeEach
    void take(Cluster given, TestNamespace own) {
        cluster = given;
        namespace = own.name();
    }

    void createNamespace(String name) {
        cluster.create(namespace(name), DEFAULTS);
        eventually(
                "namespace " + name + " to have its service account",
                () -> cluster.get(ServiceAccount.class, name, "default").isPresent());
    }

    /** The minor version of Kubernetes, such as 37. */
    int minor() {
        String version = cluster.list(Query.of(Node.class))
                .get(0)
                .getStatus()
                .getNodeInfo()
                .getKubeletVersion();
        return Integer.parseInt(version.split("\\.")[1]);
    }

    /** Waits, in whichever time the cluster lives by. */
    void eventually(String what, BooleanSupplier condition) {
        eventually(what, condition, () -> "");
    }

    void eventually(String what, BooleanSupplier condition, Supplier<Object> otherwise) {
        Instant deadline = cluster.time().now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (cluster.time().now().isAfter(deadline)) {
                throw new AssertionError(
                        "waited " + PATIENCE.toSeconds() + "s for " + what + ", but " + otherwise.get());
            }
            pass(LOOK_AGAIN);
        }
    }

    /** Waits for an event of such a reason about what has such a name (a regular expression): components tell later than they act. */
    Event eventuallyHasEvent(String reason, String about) {
        List<Event> told = new ArrayList<>();
        eventually("an event with reason " + reason, () -> {
            cluster.list(Query.of(Event.class).inNamespace(namespace)).stream()
                    .filter(event -> event.getReason().equals(reason))
                    .filter(event -> event.getInvolvedObject().getName().matches(about))
                    .forEach(told::add);
            return !told.isEmpty();
        });
        return told.get(0);
    }

    /** Components tell what they did later than they do it. */
    void eventuallyHasEvents(String kind, String... events) {
        eventually(
                "events about a " + kind + " that say so",
                () -> told(kind).containsAll(List.of(events)),
                () -> told(kind));
    }

    private List<String> told(String kind) {
        return cluster.list(Query.of(Event.class).inNamespace(namespace)).stream()
                .filter(event -> kind.equals(event.getInvolvedObject().getKind()))
                .map(event -> event.getType() + " " + event.getReason() + ": "
                        // Kubernetes 1.34 begins some with a small letter.
                        + event.getMessage().substring(0, 1).toUpperCase(Locale.ROOT)
                        + event.getMessage().substring(1))
                .toList();
    }

    /** All changes of a kind in the namespace, as they are told. */
    List<Change> following(Class<? extends HasMetadata> type) {
        List<Change> heard = new CopyOnWriteArrayList<>();
        Observation observation = cluster.observe(Query.of(type).inNamespace(namespace), heard::add);
        eventually("to be in sync", observation::synced);
        return heard;
    }

    /**
     * Each kind is told by a watch of its own: what a Deployment's status counts may be on its way still, and so may be the end of what is
     * there no more.
     */
    void eventuallyToldOf(Class<? extends HasMetadata> type, List<Change> heard) {
        eventually("all changes to be told", () -> {
            Map<String, String> stored = new TreeMap<>();
            for (HasMetadata object : cluster.list(Query.of(type).inNamespace(namespace))) {
                stored.put(object.getMetadata().getName(), object.getMetadata().getResourceVersion());
            }
            Map<String, String> told = new TreeMap<>();
            for (Change change : heard) {
                ObservedMetadata metadata = change.object().metadata();
                if (change.type() == Change.Type.DELETED) {
                    told.remove(metadata.name());
                } else {
                    told.put(metadata.name(), metadata.resourceVersion());
                }
            }
            return told.equals(stored);
        });
    }

    /** Lets time pass. */
    void pass(Duration time) {
        try {
            cluster.time().awaitUntil(cluster.time().now().plus(time), () -> false);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    /** What the cluster answers to a request that it refuses. */
    static ClusterException refusal(Reason reason, ThrowingCallable request) {
        ClusterException refused = catchThrowableOfType(ClusterException.class, request);
        assertThat(refused).as("the refusal").isNotNull();
        assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
        return refused;
    }

    <T extends HasMetadata> T create(T manifest) {
        return cluster.create(manifest, DEFAULTS);
    }

    <T extends HasMetadata> T stored(Class<T> type, String name) {
        return cluster.get(type, namespace, name)
                .orElseThrow(() -> new AssertionError("there is no " + type.getSimpleName() + " " + name));
    }

    boolean gone(Class<? extends HasMetadata> type, String name) {
        return cluster.get(type, namespace, name).isEmpty();
    }

    static long version(HasMetadata object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }

    static Namespace namespace(String name) {
        return Yaml.read(Namespace.class, """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s}
                """.formatted(name));
    }

    /** A config map with such data, in YAML's flow form. */
    ConfigMap configMap(String name, String data) {
        return Yaml.read(ConfigMap.class, """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: %s, labels: {made-by: contract}}
                data: %s
                """.formatted(name, namespace, data));
    }

    /** Selector and template of a set, in YAML's flow form, whose pods are ready when they serve and go quickly. */
    static String template(String app, String image) {
        return """
                selector: {matchLabels: {app: %1$s}},
                template: {metadata: {labels: {app: %1$s}}, spec: {terminationGracePeriodSeconds: 1, containers: [
                  {name: web, image: "%2$s", readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}}]}}
                """.formatted(app, image);
    }

    static int zero(Integer number) {
        return number == null ? 0 : number;
    }

    /** A Deployment of the image {@code page:1.0}, whose pods are ready when they serve and go quickly. */
    Deployment clock(String name, int replicas) {
        return Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  replicas: %3$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                      - name: web
                        image: page:1.0
                        ports: [{containerPort: 8080}]
                        readinessProbe:
                          httpGet: {path: /ready, port: 8080}
                          periodSeconds: 1
                """.formatted(name, namespace, replicas));
    }

    /** RollingUpdate with maxSurge 1 and maxUnavailable 0. */
    static DeploymentStrategy oneMoreNoneFewer() {
        return new DeploymentStrategyBuilder()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(1))
                .withMaxUnavailable(new IntOrString(0))
                .endRollingUpdate()
                .build();
    }

    /** A pod of the image {@code page:1.0}. */
    Pod pod(String name) {
        return Yaml.read(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s, labels: {app: clock}}
                spec:
                  containers:
                  - {name: web, image: "page:1.0"}
                """.formatted(name, namespace));
    }

    /** A pod that no node takes. */
    Pod homelessPod(String name) {
        Pod pod = pod(name);
        pod.getSpec().setNodeSelector(java.util.Map.of("no-such", "node"));
        return pod;
    }
}
