// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The JUnit extension behind {@link ClusterTest}, also for {@code @RegisterExtension} where more is to be said:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final ClusterExtension CLUSTER = ClusterExtension.builder()
 *         .on(ClusterKind.K3S)
 *         .loadImages(Path.of("target/clock.tar"))
 *         .build();
 * }</pre>
 *
 * <p>Parameters, and fields that are not final, get by their type:
 *
 * <ul>
 *   <li>{@link Cluster}: the cluster, on every kind
 *   <li>{@link TestNamespace}: a namespace of the test's own
 *   <li>{@link Traffic}: requests to Services; on real clusters over HTTP, to Services of type NodePort, on simulated ones by
 *       their simulated network
 *   <li>{@link KubernetesClient}: fabric8's client, with the test's namespace as its own; on the simulated cluster it goes to an
 *       API server on loopback, and from when it is asked for, time passes there by itself, ten times as fast as in the world:
 *       whoever waits on the cluster's time sleeps
 *   <li>{@link SimulatedCluster}, {@link Images}: on the simulated cluster, to declare and to break things
 *   <li>{@link K3s}: on k3s, to load images, run commands on the node, and break things
 *   <li>{@code Optional<SimulatedCluster>}, {@code Optional<K3s>}: the same for tests that run elsewhere, too
 * </ul>
 *
 * <p>What a test takes is its own: on a real cluster a namespace, on the simulated one (which is made in 20 ms, and shares no
 * time with others) the whole cluster. What a class takes in a static field, a static {@code @BeforeAll} method, or as the one
 * instance of {@code PER_CLASS}, it shares with all its tests, nested ones too; a {@link K3s} is everybody's anyway. All of it
 * is made when it is first asked for and ended by JUnit; a real cluster is started once in a JVM. Nothing is held in fields of
 * the extension: tests may run in parallel.
 *
 * <p>When a test fails, {@code target/rollproof/TEST/} gets {@code events.txt}, {@code objects.yaml}, {@code watch.jsonl} (every
 * change in the namespace while the test ran, for {@code rollproof replay}) and, from real clusters, the containers' {@code logs}.
 * {@code -Drollproof.artifacts=DIR} chooses another folder than {@code target/rollproof}. Properties are JUnit's configuration
 * parameters, which are system properties too.
 */
public final class ClusterExtension
        implements ExecutionCondition,
                BeforeAllCallback,
                BeforeEachCallback,
                TestInstancePostProcessor,
                ParameterResolver {
    private static final Map<Class<?>, Function<Scope, Object>> OF_THE_TEST = Map.of(
            Cluster.class, Scope::cluster,
            TestNamespace.class, Scope::namespace,
            Traffic.class, Scope::traffic,
            KubernetesClient.class, Scope::client,
            SimulatedCluster.class, Scope::simulated,
            Images.class, scope -> scope.simulated().images());

    private static final Set<Type> OPTIONAL = Set.of(K3s.class, SimulatedCluster.class);

    private final @Nullable Settings built;

    /** For {@link ClusterTest}, whose attributes say the rest. */
    ClusterExtension() {
        built = null;
    }

    private ClusterExtension(Settings settings) {
        built = settings;
    }

    /** For more than {@link ClusterTest} can say, such as images to load. */
    public static Builder builder() {
        return new Builder();
    }

    /** What to ask of a cluster; the defaults are those of {@link ClusterTest}. Not thread-safe. */
    public static final class Builder {
        private ClusterKind kind = ClusterKind.CHOSEN;
        private UnaryOperator<SimulatedCluster.Builder> simulated = UnaryOperator.identity();
        private Optional<String> k3sImage = Optional.empty();
        private final List<Path> tars = new ArrayList<>();
        private boolean recordAll;
        private OptionalDouble speed = OptionalDouble.empty();

        private Builder() {}

        /** The kind of cluster; by default the property's choice. */
        public Builder on(ClusterKind value) {
            kind = Objects.requireNonNull(value, "value");
            return this;
        }

        /** What to simulate: seed, nodes, what images do. Called for each cluster anew: let it make new {@link Images}. */
        public Builder simulated(UnaryOperator<SimulatedCluster.Builder> value) {
            simulated = Objects.requireNonNull(value, "value");
            return this;
        }

        /** The image of k3s, and so its version; by default the property's choice. Each image is a cluster of its own. */
        public Builder k3sImage(String value) {
            k3sImage = Optional.of(value);
            return this;
        }

        /** Tars of images to load into k3s before the first test; see {@link K3s#loadImage}. */
        public Builder loadImages(Path... values) {
            tars.addAll(List.of(values));
            return this;
        }

        /** Keeps {@code watch.jsonl} of tests that pass, too: to compare, to replay, or to learn from. */
        public Builder recordAll() {
            recordAll = true;
            return this;
        }

        /**
         * How many seconds pass on a simulated cluster in one of those of whoever reaches it over HTTPS; by default what {@code
         * -Drollproof.speed} says, else 1 for {@link ClusterKind#SERVED}, and 10 for a client of {@link ClusterKind#SIM}.
         *
         * @throws IllegalArgumentException if it is not a positive number
         */
        public Builder speed(double value) {
            if (!Settings.isSpeed(value)) {
                throw new IllegalArgumentException("speed is " + value + "; give a positive number, such as 10");
            }
            speed = OptionalDouble.of(value);
            return this;
        }

        /** The extension, for a field with {@code @RegisterExtension}. */
        public ClusterExtension build() {
            return new ClusterExtension(new Settings(kind, simulated, k3sImage, tars, recordAll, speed));
        }
    }

    private Settings settings(ExtensionContext context) {
        return built == null ? Settings.annotatedAt(context) : built;
    }

    private Scope scope(ExtensionContext context) {
        return Scope.of(context, settings(context));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return SharedCluster.reasonToSkip(settings(context), context)
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("the cluster can be had"));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        SharedCluster.require(settings(context), context);
        for (Field field : injected(context.getRequiredTestClass(), true)) {
            inject(null, field, context);
        }
    }

    @Override
    public void postProcessTestInstance(Object instance, ExtensionContext context) {
        for (Field field : injected(instance.getClass(), false)) {
            inject(instance, field, context);
        }
    }

    /** So that an instance that is made for one test gets what is that test's. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        SharedCluster.require(settings(context), context);
        Scope scope = scope(context);
        if (!scope.isOwnedBy(context)) {
            // Its owner, a class, does not hear of its tests' failures.
            context.getStore(Scope.NAMESPACE).put(context, (AutoCloseable) () -> scope.saveIfFailed(context));
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return isInjected(
                parameter.getParameter().getType(), parameter.getParameter().getParameterizedType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return value(
                parameter.getParameter().getType(), parameter.getParameter().getParameterizedType(), context);
    }

    private static boolean isInjected(Class<?> type, Type generic) {
        return type.equals(K3s.class) || OF_THE_TEST.containsKey(type) || OPTIONAL.contains(optional(type, generic));
    }

    /** What an Optional may hold; for any other type, the type itself. */
    private static Type optional(Class<?> type, Type generic) {
        return type.equals(Optional.class) && generic instanceof ParameterizedType parameterized
                ? parameterized.getActualTypeArguments()[0]
                : type;
    }

    private Object value(Class<?> type, Type generic, ExtensionContext context) {
        if (type.equals(K3s.class)) {
            // Everybody's: a class that takes it shares nothing else with its tests.
            return SharedCluster.k3s(settings(context), context);
        }
        if (type.equals(Optional.class)) {
            Settings settings = settings(context);
            ClusterKind kind = settings.kind(context);
            if (optional(type, generic).equals(SimulatedCluster.class)) {
                return kind.isSimulated() ? Optional.of(scope(context).simulated()) : Optional.empty();
            }
            return kind == ClusterKind.K3S ? Optional.of(SharedCluster.k3s(settings, context)) : Optional.empty();
        }
        return Objects.requireNonNull(OF_THE_TEST.get(type), type::getName).apply(scope(context));
    }

    private static List<Field> injected(Class<?> type, boolean isStatic) {
        return ReflectionSupport.findFields(
                type,
                field -> isInjected(field.getType(), field.getGenericType())
                        && !Modifier.isFinal(field.getModifiers())
                        && Modifier.isStatic(field.getModifiers()) == isStatic,
                HierarchyTraversalMode.TOP_DOWN);
    }

    private void inject(@Nullable Object instance, Field field, ExtensionContext context) {
        try {
            field.setAccessible(true);
            field.set(instance, value(field.getType(), field.getGenericType(), context));
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException("field " + field + " cannot be set", impossible);
        }
    }
}
