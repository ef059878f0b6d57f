// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.OptionalLong;

/**
 * What a client asks of a list or a watch. Kubernetes' own rules for which options go together.
 *
 * @param version empty for none, 0 for any
 * @param match {@code ""}, {@code Exact} or {@code NotOlderThan}
 * @param initialEvents whether a watch begins with what there is, as a list would
 */
record ListOptions(
        String labels,
        String fields,
        int limit,
        String next,
        OptionalLong version,
        String match,
        boolean initialEvents,
        boolean bookmarks,
        OptionalLong timeoutSeconds) {
    static ListOptions of(ApiRequest request) {
        Parameters query = request.query();
        OptionalLong version;
        try {
            version = query.has("resourceVersion")
                    ? OptionalLong.of(Long.parseUnsignedLong(query.one("resourceVersion")))
                    : OptionalLong.empty();
        } catch (NumberFormatException notOne) {
            throw Refusal.badRequest("invalid resource version: resourceVersion: Invalid value: \""
                    + query.one("resourceVersion") + "\": strconv.ParseUint: parsing \"" + query.one("resourceVersion")
                    + "\": invalid syntax");
        }
        ListOptions options = new ListOptions(
                query.one("labelSelector"),
                query.one("fieldSelector"),
                (int) Math.min(
                        Integer.MAX_VALUE, Math.max(0, query.number("limit").orElse(0))),
                query.one("continue"),
                version,
                query.one("resourceVersionMatch"),
                query.isTrue("sendInitialEvents"),
                query.isTrue("allowWatchBookmarks"),
                query.number("timeoutSeconds"));
        options.check(query, request.isWatch());
        return options;
    }

    private void check(Parameters query, boolean watch) {
        if (query.has("sendInitialEvents") && !watch) {
            throw forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }
        if (query.has("sendInitialEvents") && match.isEmpty()) {
            throw forbidden(
                    "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        if (match.isEmpty()) {
            return;
        }
        if (watch) {
            if (!query.has("sendInitialEvents")) {
                throw forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            }
            if (!match.equals("NotOlderThan")) {
                throw notSupported("NotOlderThan");
            }
            return;
        }
        if (version.isEmpty()) {
            throw forbidden(
                    "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if (!next.isEmpty()) {
            throw forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
        }
        if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
            throw notSupported("Exact\", \"NotOlderThan\", \"");
        }
        if (match.equals("Exact") && version.getAsLong() == 0) {
            throw forbidden(
                    "resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }

    private Refusal notSupported(String supported) {
        return invalid(
                "resourceVersionMatch",
                "FieldValueNotSupported",
                "Unsupported value: \"" + match + "\": supported values: \"" + supported + "\"");
    }

    private static Refusal forbidden(String field, String detail) {
        return invalid(field, "FieldValueForbidden", "Forbidden: " + detail);
    }

    private static Refusal invalid(String field, String reason, String message) {
        return Refusal.invalidOptions("ListOptions", field, reason, message);
    }

    <T extends HasMetadata> Query<T> query(Class<T> model, String namespace) {
        return new Query<>(model, namespace, labels, fields);
    }

    boolean selects() {
        return !labels.isEmpty() || !fields.isEmpty();
    }
}
