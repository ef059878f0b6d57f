// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.DeleteOptions.Propagation;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Decoding;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.SaidKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** DELETE of an object, or of all that are selected. Thread-safe. */
final class DeleteRequests {
    private static final String KIND = "DeleteOptions";

    private static final String UNREADABLE = "ignoreStoreReadErrorWithClusterBreakingPotential";

    private final Gate gate;

    DeleteRequests(Gate gate) {
        this.gate = gate;
    }

    private record Asked(DeleteOptions options, boolean dryRun) {}

    <T extends HasMetadata> Answer delete(ApiRequest request, ResourceType<T> type, String namespace, String name) {
        Asked asked = asked(request);
        record Deleted(Rendered object, boolean gone) {}
        Deleted deleted = gate.call(() -> {
            gate.cluster().admit(Verb.DELETE, type);
            T left = gate.cluster().requests().delete(type, namespace, name, asked.options(), asked.dryRun());
            boolean gone = asked.dryRun()
                    ? left.getMetadata().getDeletionTimestamp() == null
                    : gate.cluster().api().find(type, namespace, name) == null;
            return new Deleted(Renderings.once(type, left), gone);
        });
        if (!deleted.gone() || showsDeleted(type)) {
            Form form = Form.of(request, gate);
            return new Answer.Whole(200, form.contentType(), form.one(deleted.object()));
        }
        return Answer.Whole.json(
                200, StatusObjects.deleted(type, deleted.object().object()));
    }

    /** Kinds of which the last state is answered, and not only that they are gone. */
    private static boolean showsDeleted(ResourceType<?> type) {
        return type.equals(ResourceType.PODS)
                || type.equals(ResourceType.SERVICES)
                || type.equals(ResourceType.SERVICE_ACCOUNTS)
                || type.equals(ResourceType.RESOURCE_QUOTAS);
    }

    <T extends HasMetadata> Answer deleteAll(ApiRequest request, ResourceType<T> type, String namespace) {
        Asked asked = asked(request);
        ListOptions selected = ListOptions.of(request);
        Form form = Form.of(request, gate);
        record Deleted(long version, List<Rendered> objects) {}
        Deleted deleted = gate.call(() -> {
            gate.cluster().admit(Verb.DELETE, type);
            List<Rendered> left = new ArrayList<>();
            for (T object : gate.cluster().api().reader(type).list(selected.query(type.model(), namespace))) {
                String at = object.getMetadata().getNamespace();
                left.add(Renderings.once(
                        type,
                        gate.cluster()
                                .requests()
                                .delete(
                                        type,
                                        at == null ? "" : at,
                                        object.getMetadata().getName(),
                                        asked.options(),
                                        asked.dryRun())));
            }
            return new Deleted(gate.cluster().api().version(), left);
        });
        byte[] list = form.list(type, new ListHead(deleted.version(), "", -1), deleted.objects());
        return new Answer.Whole(200, form.contentType(), list);
    }

    /** The options of the body where there is one, else of the query. */
    private static Asked asked(ApiRequest request) {
        Map<String, @Nullable Object> body =
                new String(request.body(), java.nio.charset.StandardCharsets.UTF_8).isBlank()
                        ? Map.of()
                        : Bodies.options(request);
        return of(body, request);
    }

    /** The options that a tree holds, such as the body of a request or a part of it. */
    private static Asked of(Map<String, @Nullable Object> body, ApiRequest request) {
        if (body.get("kind") instanceof String kind && !KIND.equals(kind)) {
            String version = body.get("apiVersion") instanceof String said ? said : "meta.k8s.io/v1";
            throw Refusal.badRequest(new SaidKind(version, kind).unknown());
        }
        // What is of another type than its field would else count for nothing.
        Decoding.checkTypes(body, io.fabric8.kubernetes.api.model.DeleteOptions.class);
        if (Boolean.TRUE.equals(body.get(UNREADABLE)) || request.query().isTrue(UNREADABLE)) {
            throw Refusal.notSimulated(UNREADABLE + ", since it has no object that cannot be read");
        }
        boolean dryRun = WriteParameters.isDryRun(request, KIND);
        if (body.get("dryRun") instanceof List<?> values) {
            WriteParameters.checkDryRun(values, KIND);
            dryRun |= values.contains("All");
        }
        return new Asked(options(body, request), dryRun);
    }

    static DeleteOptions options(Map<String, @Nullable Object> body, ApiRequest request) {
        DeleteOptions options = DeleteOptions.defaults();
        Object grace = body.get("gracePeriodSeconds");
        if (grace instanceof Number seconds) {
            options = options.withGracePeriodSeconds(atLeastOne(seconds.longValue()));
        } else if (request.query().number("gracePeriodSeconds").isPresent()) {
            options = options.withGracePeriodSeconds(
                    atLeastOne(request.query().number("gracePeriodSeconds").getAsLong()));
        }
        options = options.withPropagation(propagation(body, request));
        if (body.get("preconditions") instanceof Map<?, ?> preconditions) {
            if (preconditions.get("uid") instanceof String uid) {
                options = options.onlyUid(uid);
            }
            if (preconditions.get("resourceVersion") instanceof String version) {
                options = options.onlyResourceVersion(version);
            }
        }
        return options;
    }

    /** Kubernetes takes less than nothing for a second. */
    private static long atLeastOne(long seconds) {
        return seconds < 0 ? 1 : seconds;
    }

    private static Propagation propagation(Map<String, @Nullable Object> body, ApiRequest request) {
        Object policy = body.get("propagationPolicy");
        if (policy == null && request.query().has("propagationPolicy")) {
            policy = request.query().one("propagationPolicy");
        }
        Object orphan = body.get("orphanDependents");
        if (orphan == null && request.query().has("orphanDependents")) {
            orphan = request.query().isTrue("orphanDependents");
        }
        if (policy != null && orphan != null) {
            throw Refusal.invalidOptions(
                    KIND,
                    "propagationPolicy",
                    "FieldValueInvalid",
                    "Invalid value: \"" + policy + "\": orphanDependents and deletionPropagation cannot be both set");
        }
        if (policy == null) {
            return Boolean.TRUE.equals(orphan) ? Propagation.ORPHAN : Propagation.BACKGROUND;
        }
        for (Propagation one : Propagation.values()) {
            String text = one.name().charAt(0) + one.name().substring(1).toLowerCase(Locale.ROOT);
            if (text.equals(policy)) {
                return one;
            }
        }
        throw Refusal.invalidOptions(
                KIND,
                "propagationPolicy",
                "FieldValueNotSupported",
                "Unsupported value: \"" + policy
                        + "\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
    }
}
