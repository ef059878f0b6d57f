// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import java.util.List;

/** A request that is refused with a Status which the store's own exceptions do not have. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final transient List<Cause> causes;
    private final int retryAfterSeconds;

    Refusal(int code, String reason, String message) {
        this(code, reason, message, List.of());
    }

    Refusal(int code, String reason, String message, List<Cause> causes) {
        this(code, reason, message, causes, 0);
    }

    /** @param retryAfterSeconds when to ask again; 0 to leave that open */
    Refusal(int code, String reason, String message, List<Cause> causes, int retryAfterSeconds) {
        super(message);
        this.retryAfterSeconds = retryAfterSeconds;
        this.code = code;
        this.reason = reason;
        this.causes = List.copyOf(causes);
    }

    static Refusal badRequest(String message) {
        return new Refusal(400, "BadRequest", message);
    }

    static Refusal notFound() {
        return new Refusal(404, "NotFound", "the server could not find the requested resource");
    }

    static Refusal methodNotAllowed() {
        return new Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    static Refusal unsupportedMediaType(String accepted) {
        return new Refusal(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: " + accepted);
    }

    /** Options that are invalid, such as {@code ListOptions.meta.k8s.io}. */
    static Refusal invalidOptions(String kind, String field, String reason, String message) {
        return new Refusal(
                422,
                "Invalid",
                kind + ".meta.k8s.io \"\" is invalid: " + field + ": " + message,
                List.of(new Cause(field, reason, message)));
    }

    /** What a cluster can do and the simulated one does not. */
    static Refusal notSimulated(String what) {
        return new Refusal(501, "NotImplemented", "the simulated cluster does not do this: " + what);
    }

    int code() {
        return code;
    }

    String reason() {
        return reason;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    List<Cause> causes() {
        return causes;
    }

    /** The code of a reason, where the reason has one of its own. */
    static int codeOf(ClusterException refused) {
        int code = refused.reason().code();
        return code == 0 ? 500 : code;
    }
}
