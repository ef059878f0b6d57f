// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.server.api.Catalog.GroupVersion;
import dev.rollproof.sim.ServerSide;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kubernetes' API in front of a simulated cluster: takes requests that were let in, and answers them. Safe to use from several
 * threads; the cluster's lock is held while something is read or written, and not while it is made into text.
 */
public final class KubernetesApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesApi.class);

    /** Parts of objects that a real cluster has, and a simulated one has not. */
    private static final Map<String, String> NOT_SIMULATED = Map.of(
            "exec", "its containers run nothing, so nothing can be run in them",
            "attach", "its containers run nothing that one could attach to",
            "portforward",
                    "there is no tunnel to its containers; they answer by their proxy, and Services by node ports",
            "proxy", "its nodes listen to nothing",
            "ephemeralcontainers", "its containers run nothing that one could debug",
            "resize", "its containers cannot be resized in place",
            "token", "its service accounts have no tokens");

    /** Of kinds and groups, as paths have them. */
    private static final Pattern NAMES = Pattern.compile("[a-z][a-z0-9.-]{0,252}");

    private final ServerSide cluster;
    private final Catalog catalog;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final ReadRequests reads;
    private final WriteRequests writes;
    private final DeleteRequests deletions;
    private final ScaleRequests scales;
    private final PodRequests pods;
    private final LogRequests logs;
    private final WatchRequests watches;
    private final ProxyRequests proxies;
    private final NodePorts nodePorts;

    /** So many bytes may wait for each who watches. */
    public static final long MOST_WAITING_BYTES = EventQueue.MOST_WAITING_BYTES;

    /**
     * @param executor runs what is written to those who watch
     */
    public KubernetesApi(ServerSide cluster, Executor executor) {
        this(cluster, executor, MOST_WAITING_BYTES);
    }

    /**
     * @param executor runs what is written to those who watch
     * @param mostWaitingBytes who watches and lets more wait is cut off
     */
    public KubernetesApi(ServerSide cluster, Executor executor, long mostWaitingBytes) {
        this.cluster = cluster;
        Gate gate = new Gate(cluster);
        catalog = Catalog.of(cluster);
        discovery = new Discovery(catalog);
        openApi = new OpenApi(catalog, gitVersion());
        reads = new ReadRequests(gate);
        writes = new WriteRequests(gate);
        deletions = new DeleteRequests(gate);
        scales = new ScaleRequests(gate, reads);
        pods = new PodRequests(gate);
        logs = new LogRequests(gate, reads, executor);
        watches = new WatchRequests(gate, executor, mostWaitingBytes);
        proxies = new ProxyRequests(gate, executor);
        nodePorts = new NodePorts(gate, executor);
    }

    /** The Services' ports on the nodes. */
    public NodePorts nodePorts() {
        return nodePorts;
    }

    /** Answers a request; never throws. */
    public Answer handle(ApiRequest request) {
        try {
            return route(request);
        } catch (Refusal refused) {
            return StatusObjects.answer(refused);
        } catch (ClusterException refused) {
            return refused.reason() == Reason.UNREACHABLE ? new Answer.Dropped() : StatusObjects.answer(refused);
        } catch (RuntimeException bug) {
            LOG.error("{} {} failed", request.method(), request.path(), bug);
            return StatusObjects.answer(new Refusal(
                    500, "InternalError", "Internal error occurred: " + bug + " (this is a bug of Rollproof)"));
        }
    }

    /**
     * Whoever asks as somebody else wants to see what he may not do: a yes that is said to everybody would mislead. What kinds there are,
     * everybody may read.
     */
    private static void refuseOtherUsers(ApiRequest request) {
        String user = request.header("Impersonate-User");
        if (user != null || request.header("Impersonate-Group") != null || request.header("Impersonate-Uid") != null) {
            throw Refusal.notSimulated("requests as another user" + (user == null ? "" : " (\"" + user + "\")")
                    + "; Roles are stored here and refuse nobody, so what he may do is to be tried on a real cluster");
        }
    }

    /** The answer to whoever brings no credentials, or wrong ones. */
    public static Answer.Whole unauthorized() {
        return StatusObjects.answer(new Refusal(401, "Unauthorized", "Unauthorized"));
    }

    /** The answer to a body that is too large to be read. */
    public static Answer.Whole tooLarge() {
        return StatusObjects.answer(new Refusal(
                413, "RequestEntityTooLarge", "Request entity too large: limit is " + ApiRequest.MOST_BODY_BYTES));
    }

    static Answer.Whole pageNotFound() {
        return Answer.Whole.text(404, "404 page not found\n");
    }

    /**
     * As on a cluster without the kind, and with a warning that names it: some commands tell nothing of the answer, such as kubectl's
     * autoscale, which then blames its own input. Clients look for warnings in answers only whose form they can read.
     */
    private static Answer notCreated(List<String> path) {
        String kind = path.get(path.size() - 1);
        boolean ofAGroup = path.get(0).equals("apis") && path.size() >= 4;
        if (!ofAGroup
                || !NAMES.matcher(kind).matches()
                || !NAMES.matcher(path.get(1)).matches()) {
            return pageNotFound();
        }
        Refusal refused = new Refusal(
                404,
                "NotFound",
                "the server could not find the requested resource (post " + kind + "." + path.get(1) + ")");
        return StatusObjects.answer(refused)
                .warning(List.of("the simulated cluster has no " + kind + " and creates none"));
    }

    private Answer route(ApiRequest request) {
        List<String> path = request.path();
        return switch (path.isEmpty() ? "" : path.get(0)) {
            case "api" -> core(request, path.subList(1, path.size()));
            case "apis" -> grouped(request, path.subList(1, path.size()));
            case "openapi" -> reading(request, () -> openApi.get(request, path.subList(1, path.size())));
            case "version" -> path.size() == 1 ? reading(request, () -> version()) : pageNotFound();
            case "healthz", "livez", "readyz" -> reading(request, () -> health(request));
            default -> pageNotFound();
        };
    }

    /** It answers, so it is well: that is the only check there is. */
    private static Answer health(ApiRequest request) {
        List<String> path = request.path();
        if (path.size() > 2 || path.size() == 2 && !path.get(1).equals("ping")) {
            return pageNotFound();
        }
        boolean verbose = path.size() == 1 && !request.query().all("verbose").isEmpty();
        return Answer.Whole.text(200, verbose ? "[+]ping ok\n" + path.get(0) + " check passed\n" : "ok");
    }

    private static Answer reading(ApiRequest request, Supplier<Answer> answer) {
        if (!request.method().equals("GET")) {
            throw Refusal.methodNotAllowed();
        }
        return answer.get();
    }

    private static Answer posting(String method, Supplier<Answer> answer) {
        if (!method.equals("POST")) {
            throw Refusal.methodNotAllowed();
        }
        return answer.get();
    }

    private String gitVersion() {
        return "v" + cluster.minor() + ".0+rollproof";
    }

    private Answer version() {
        String[] numbers = cluster.minor().split("\\.", -1);
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("major", numbers[0]);
        version.put("minor", numbers[1]);
        version.put("gitVersion", gitVersion());
        version.put("gitCommit", "");
        version.put("gitTreeState", "clean");
        version.put("buildDate", "1970-01-01T00:00:00Z");
        version.put("goVersion", "");
        version.put("compiler", "javac");
        version.put("platform", "jvm/any");
        return Answer.Whole.json(200, StatusObjects.bytes(version));
    }

    private Answer core(ApiRequest request, List<String> path) {
        if (path.isEmpty()) {
            return reading(request, () -> discovery.core(request));
        }
        return versioned(request, catalog.find("", path.get(0)), path.subList(1, path.size()));
    }

    private Answer grouped(ApiRequest request, List<String> path) {
        if (path.isEmpty()) {
            return reading(request, () -> discovery.groups(request));
        }
        if (path.size() == 1) {
            return reading(request, () -> discovery.group(path.get(0)));
        }
        Review review =
                path.size() == 3 && path.get(1).equals(Review.VERSION) ? Review.find(path.get(0), path.get(2)) : null;
        if (review != null) {
            refuseOtherUsers(request);
            return ReviewRequests.review(request, review);
        }
        return versioned(request, catalog.find(path.get(0), path.get(1)), path.subList(2, path.size()));
    }

    private Answer versioned(
            ApiRequest request, @org.jspecify.annotations.Nullable GroupVersion version, List<String> path) {
        if (version == null) {
            return request.method().equals("POST") ? notCreated(request.path()) : pageNotFound();
        }
        if (path.isEmpty()) {
            return reading(request, () -> discovery.resources(version));
        }
        refuseOtherUsers(request);
        Target target = Target.of(path, version);
        if (target.subresource().isEmpty()) {
            return objects(request, target.type(), target);
        }
        return part(request, target.type(), target);
    }

    private <T extends HasMetadata> Answer objects(ApiRequest request, ResourceType<T> type, Target target) {
        String namespace = target.namespace();
        String name = target.name();
        if (name.isEmpty()) {
            boolean everywhere = type.namespaced() && namespace.isEmpty();
            return switch (request.method()) {
                case "GET" ->
                    request.isWatch() ? watches.watch(request, type, namespace) : reads.list(request, type, namespace);
                case "POST" -> writes.create(request, type, in(everywhere, namespace));
                case "DELETE" -> deletions.deleteAll(request, type, in(everywhere, namespace));
                default -> throw Refusal.methodNotAllowed();
            };
        }
        return switch (request.method()) {
            case "GET" -> reads.get(request, type, namespace, name);
            case "PUT" -> writes.replace(request, type, namespace, name, false);
            case "PATCH" -> writes.patch(request, type, namespace, name, false);
            case "DELETE" -> deletions.delete(request, type, namespace, name);
            default -> throw Refusal.methodNotAllowed();
        };
    }

    /** The namespace, without which nothing can be changed. */
    private static String in(boolean everywhere, String namespace) {
        if (everywhere) {
            throw Refusal.methodNotAllowed();
        }
        return namespace;
    }

    private <T extends HasMetadata> Answer part(ApiRequest request, ResourceType<T> type, Target target) {
        String namespace = target.namespace();
        String name = target.name();
        String part = target.subresource();
        if (part.equals("status") && type.hasStatus() && target.rest().isEmpty()) {
            return switch (request.method()) {
                case "GET" -> reads.get(request, type, namespace, name);
                case "PUT" -> writes.replace(request, type, namespace, name, true);
                case "PATCH" -> writes.patch(request, type, namespace, name, true);
                default -> throw Refusal.methodNotAllowed();
            };
        }
        if (part.equals("scale") && type.isScalable() && target.rest().isEmpty()) {
            return scales.handle(request, type, namespace, name);
        }
        if (type.equals(ResourceType.PODS) && target.rest().isEmpty()) {
            String method = request.method();
            switch (part) {
                case "log" -> {
                    return reading(request, () -> logs.log(request, namespace, name));
                }
                case "eviction" -> {
                    return posting(method, () -> pods.evict(request, namespace, name));
                }
                case "binding" -> {
                    return posting(method, () -> pods.bind(request, namespace, name));
                }
                default -> {}
            }
        }
        if (part.equals("proxy") && (type.equals(ResourceType.PODS) || type.equals(ResourceType.SERVICES))) {
            return proxies.proxy(request, type, namespace, name, target.rest());
        }
        String whyNot = NOT_SIMULATED.get(part);
        if (whyNot != null && hasPart(type, part)) {
            throw Refusal.notSimulated(type.plural() + "/" + part + "; " + whyNot);
        }
        throw Refusal.notFound();
    }

    /** Whether a real cluster's objects of a kind have the part. */
    private static boolean hasPart(ResourceType<?> type, String part) {
        return switch (type.plural()) {
            case "pods" -> !part.equals("token");
            case "nodes" -> part.equals("proxy");
            case "serviceaccounts" -> part.equals("token");
            default -> false;
        };
    }

    /** Ends all watches. */
    @Override
    public void close() {
        nodePorts.close();
        watches.close();
    }
}
