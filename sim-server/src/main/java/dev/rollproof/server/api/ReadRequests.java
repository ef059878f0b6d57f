// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.Reader;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** GET: one object, or a list of them. Thread-safe. */
final class ReadRequests {
    private static final Comparator<HasMetadata> IN_ORDER = Comparator.comparing(
                    (HasMetadata object) -> Metadata.namespace(object))
            .thenComparing(object -> object.getMetadata().getName());

    private final Gate gate;

    ReadRequests(Gate gate) {
        this.gate = gate;
    }

    <T extends HasMetadata> Answer get(ApiRequest request, ResourceType<T> type, String namespace, String name) {
        Form form = Form.of(request, gate);
        Rendered found = gate.call(() -> {
            gate.cluster().admit(Verb.GET, type);
            checkVersion(request);
            return Renderings.once(type, gate.cluster().requests().shown(find(type, namespace, name)));
        });
        return new Answer.Whole(200, form.contentType(), form.one(found));
    }

    /** What clients see of an object, under the lock; fails with NotFound. */
    <T extends HasMetadata> T find(ResourceType<T> type, String namespace, String name) {
        T found = gate.cluster().reader(type).find(namespace, name);
        if (found == null) {
            throw new ClusterException(Reason.NOT_FOUND, type.resource() + " \"" + name + "\" not found");
        }
        return found;
    }

    private void checkVersion(ApiRequest request) {
        request.query().number("resourceVersion").ifPresent(this::refuseFuture);
    }

    private void refuseFuture(long version) {
        long current = gate.cluster().api().version();
        if (Long.compareUnsigned(version, current) > 0) {
            throw new Refusal(
                    504,
                    "Timeout",
                    "Timeout: Too large resource version: " + Long.toUnsignedString(version) + ", current: " + current,
                    List.of(new Cause("", "ResourceVersionTooLarge", "Too large resource version")),
                    1);
        }
    }

    private record Page(ListHead head, List<Rendered> items) {}

    <T extends HasMetadata> Answer list(ApiRequest request, ResourceType<T> type, String namespace) {
        Form form = Form.of(request, gate);
        ListOptions options = ListOptions.of(request);
        Page page = gate.call(() -> {
            gate.cluster().admit(Verb.LIST, type);
            return page(type, namespace, options);
        });
        return new Answer.Whole(200, form.contentType(), form.list(type, page.head(), page.items()));
    }

    private <T extends HasMetadata> Page page(ResourceType<T> type, String namespace, ListOptions options) {
        Continuation from = options.next().isEmpty() ? null : Continuation.of(options.next());
        Reader<T> reader = reader(type, options, from == null ? -1 : from.version());
        List<T> all = new ArrayList<>(reader.list(options.query(type.model(), namespace)));
        all.sort(IN_ORDER);
        if (from != null) {
            all.removeIf(object -> !from.isBefore(object));
        }
        String next = "";
        long remaining = -1;
        if (options.limit() > 0 && all.size() > options.limit()) {
            next = Continuation.after(reader.version(), all.get(options.limit() - 1))
                    .token();
            remaining = options.selects() ? -1 : all.size() - options.limit();
            all = all.subList(0, options.limit());
        }
        List<Rendered> items = new ArrayList<>(all.size());
        for (T object : all) {
            items.add(gate.renderings().of(type, object));
        }
        return new Page(new ListHead(reader.version(), next, remaining), items);
    }

    private <T extends HasMetadata> Reader<T> reader(ResourceType<T> type, ListOptions options, long continued) {
        if (continued >= 0) {
            return readerAt(
                    type,
                    continued,
                    "The provided continue parameter is too old to display a consistent list result. You can start a new"
                            + " list without the continue parameter.");
        }
        options.version().ifPresent(this::refuseFuture);
        if (options.match().equals("Exact")) {
            long version = options.version().orElseThrow();
            return readerAt(type, version, "The resourceVersion for the provided list is too old.");
        }
        return gate.cluster().reader(type);
    }

    private <T extends HasMetadata> Reader<T> readerAt(ResourceType<T> type, long version, String tooOld) {
        if (version < gate.cluster().api().oldestVersion(type)) {
            throw new ClusterException(Reason.EXPIRED, tooOld);
        }
        return gate.cluster().api().readerAt(type, version);
    }
}
