// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.fuzz;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.server.api.Answer;
import dev.rollproof.server.api.ApiRequest;
import dev.rollproof.server.api.KubernetesApi;
import dev.rollproof.server.api.Parameters;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Sends an API requests that are nearly right, one after the other, and checks after each what must hold whatever was asked.
 * Virtual time passes only between requests, so that whatever changes during one is of its making; then controllers and kubelets
 * live with what was let in. All of it follows from the seed.
 */
final class Fuzzer implements AutoCloseable {
    private static final List<String> NAMES = List.of("a", "b");
    private static final int BETWEEN_STEPS = 40;

    private final Random random;
    private final Mutations mutations;
    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final KubernetesApi api = new KubernetesApi(cluster.serverSide(), Runnable::run);
    private final Map<ResourceType<?>, String> seeds = Seeds.all();
    private final Map<Integer, Integer> answered = new java.util.TreeMap<>();
    private int requests;
    private String last = "";

    Fuzzer(long seed) {
        random = new Random(seed);
        mutations = new Mutations(random);
    }

    /** How many requests were answered with which code. */
    Map<Integer, Integer> answered() {
        return answered;
    }

    /** The request that was sent last, for messages. */
    String last() {
        return last;
    }

    /** A request, and all that must hold after it. */
    void step() {
        ResourceType<?> type = mutations.oneOf(new ArrayList<>(seeds.keySet()));
        if (++requests % BETWEEN_STEPS == 0) {
            last = "time passes after " + last;
            cluster.advance(Duration.ofMillis(500L + random.nextInt(3_000)));
        }
        send(type);
    }

    private <T extends HasMetadata> void send(ResourceType<T> type) {
        String name = mutations.oneOf(NAMES);
        String namespace = type.namespaced() ? "default" : "";
        T before = cluster.serverSide().api().find(type, namespace, name);
        long versionBefore = cluster.serverSide().api().version();
        Map<String, @Nullable Object> manifest =
                Mutations.map(Models.parseJson(Objects.requireNonNull(seeds.get(type))));
        Mutations.map(manifest.get("metadata")).put("name", name);
        Map<String, @Nullable Object> stored =
                before == null ? manifest : Mutations.map(Models.parseJson(Models.toJson(before)));
        Request request = request(type, name, manifest, stored, before != null);
        last = request.text();

        Answer answer = api.handle(request.toApi());
        T after = cluster.serverSide().api().find(type, namespace, name);
        Answer.Whole whole = (Answer.Whole) answer;
        answered.merge(whole.status(), 1, Integer::sum);
        new Invariants(last, whole, versionBefore, cluster.serverSide().api().version(), request.dryRun())
                .check(type, before, after, request.part());
    }

    /** One request, in parts. */
    private record Request(
            String method, List<String> path, Map<String, List<String>> query, String type, String body, String part) {
        ApiRequest toApi() {
            return new ApiRequest(
                    method,
                    path,
                    false,
                    new Parameters(query),
                    name -> name.equals("Content-Type") && !type.isEmpty() ? type : null,
                    body.getBytes(StandardCharsets.UTF_8));
        }

        boolean dryRun() {
            return query.containsKey("dryRun");
        }

        String text() {
            return method + " /" + String.join("/", path) + " " + query + " " + type + "\n" + body;
        }
    }

    private Request request(
            ResourceType<?> type,
            String name,
            Map<String, @Nullable Object> manifest,
            Map<String, @Nullable Object> stored,
            boolean exists) {
        List<String> path = new ArrayList<>();
        path.addAll(type.group().isEmpty() ? List.of("api", "v1") : List.of("apis", type.group(), type.version()));
        if (type.namespaced()) {
            path.addAll(List.of("namespaces", "default"));
        }
        path.add(type.plural());
        Map<String, List<String>> query = query();
        if (!exists && mutations.chance(0.6)) {
            return new Request("POST", path, query, json(), Models.toJson(mutations.mutated(manifest, 3)), "");
        }
        path.add(name);
        String part = part(type, path);
        Map<String, @Nullable Object> base = mutations.chance(0.5) ? stored : manifest;
        return switch (random.nextInt(8)) {
            case 0 -> new Request("DELETE", path, query, json(), mutations.chance(0.6) ? "" : deleteOptions(), part);
            case 1, 2 -> new Request("PUT", path, query, json(), Models.toJson(mutations.mutated(base, 3)), part);
            case 3 -> {
                query.put("fieldManager", List.of(mutations.oneOf(List.of("m", "n"))));
                if (mutations.chance(0.5)) {
                    query.put("force", List.of("true"));
                }
                yield new Request(
                        "PATCH",
                        path,
                        query,
                        "application/apply-patch+yaml",
                        Models.toJson(mutations.mutated(mutations.someOf(manifest), 2)),
                        part);
            }
            case 4, 5 ->
                new Request(
                        "PATCH",
                        path,
                        query,
                        mutations.chance(0.5)
                                ? "application/merge-patch+json"
                                : "application/strategic-merge-patch+json",
                        Models.toJson(mutations.mutated(mutations.someOf(base), 3)),
                        part);
            default -> new Request("PATCH", path, query, "application/json-patch+json", operations(stored), part);
        };
    }

    private String operations(Map<String, @Nullable Object> stored) {
        String object = Models.toJson(Map.of("operations", mutations.operations(stored)));
        return object.substring(object.indexOf(':') + 1, object.length() - 1);
    }

    private String part(ResourceType<?> type, List<String> path) {
        String part = "";
        if (type.hasStatus() && mutations.chance(0.2)) {
            part = "status";
        } else if (type.isScalable() && mutations.chance(0.1)) {
            part = "scale";
        } else if (type.equals(ResourceType.PODS) && mutations.chance(0.1)) {
            part = mutations.oneOf(List.of("eviction", "binding", "log"));
        }
        if (!part.isEmpty()) {
            path.add(part);
        }
        return part;
    }

    private String json() {
        return mutations.chance(0.9)
                ? "application/json"
                : mutations.oneOf(List.of("application/yaml", "", "text/plain"));
    }

    private Map<String, List<String>> query() {
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (mutations.chance(0.1)) {
            query.put("dryRun", List.of("All"));
        }
        if (mutations.chance(0.5)) {
            query.put("fieldValidation", List.of(mutations.oneOf(List.of("Strict", "Warn", "Ignore"))));
        }
        if (mutations.chance(0.2)) {
            query.put("fieldManager", List.of(mutations.oneOf(List.of("m", "", "x".repeat(200)))));
        }
        return query;
    }

    private String deleteOptions() {
        Map<String, @Nullable Object> options = Mutations.map(
                Models.parseJson(
                        "{\"gracePeriodSeconds\": 0, \"propagationPolicy\": \"Foreground\", \"preconditions\": {\"uid\": \"x\"}}"));
        return Models.toJson(mutations.mutated(mutations.someOf(options), 2));
    }

    @Override
    public void close() {
        api.close();
        cluster.close();
    }
}
