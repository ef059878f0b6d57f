// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cluster refused a request, or could not be reached. The message is the server's own; the causes name the fields.
 */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kubernetes' status reasons that Rollproof tells apart, each with its HTTP code. */
    public enum Reason {
        BAD_REQUEST("BadRequest", 400),
        UNAUTHORIZED("Unauthorized", 401),
        FORBIDDEN("Forbidden", 403),
        NOT_FOUND("NotFound", 404),
        METHOD_NOT_ALLOWED("MethodNotAllowed", 405),
        ALREADY_EXISTS("AlreadyExists", 409),
        CONFLICT("Conflict", 409),
        EXPIRED("Expired", 410),
        UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaType", 415),
        INVALID("Invalid", 422),
        TOO_MANY_REQUESTS("TooManyRequests", 429),
        INTERNAL_ERROR("InternalError", 500),
        SERVICE_UNAVAILABLE("ServiceUnavailable", 503),
        TIMEOUT("Timeout", 504),
        /** No answer at all: refused, reset, unknown host, or no answer in time. Not a reason of Kubernetes. */
        UNREACHABLE("Unreachable", 0),
        /** The server answered with something that none of the above says. */
        UNKNOWN("Unknown", 0);

        private final String text;
        private final int code;

        Reason(String text, int code) {
            this.text = text;
            this.code = code;
        }

        /** The reason as Kubernetes writes it, such as {@code NotFound}. */
        public String text() {
            return text;
        }

        /** The HTTP status code that goes with it; 0 for those that have none. */
        public int code() {
            return code;
        }

        /** The reason of a server's answer: by its text, else by its code. */
        public static Reason from(@Nullable String text, int code) {
            for (Reason reason : values()) {
                if (text != null && reason.text.toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
                    return reason;
                }
            }
            for (Reason reason : values()) {
                if (reason.code == code && code != 0 && reason != ALREADY_EXISTS) {
                    return reason;
                }
            }
            return code >= 500 ? INTERNAL_ERROR : UNKNOWN;
        }

        /** Whether the same request may succeed a little later: the server, not the request, is the trouble. */
        public boolean isTransient() {
            return this == TOO_MANY_REQUESTS
                    || this == INTERNAL_ERROR
                    || this == SERVICE_UNAVAILABLE
                    || this == TIMEOUT
                    || this == UNREACHABLE;
        }
    }

    /**
     * One of the causes that a server names.
     *
     * @param field the path of the field, such as {@code spec.replicas}; {@code ""} where no field is meant
     * @param reason Kubernetes' reason, such as {@code FieldValueInvalid}
     * @param message what is wrong with it
     */
    public record Cause(String field, String reason, String message) {
        public Cause {
            Objects.requireNonNull(field, "field");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(message, "message");
        }
    }

    private final Reason reason;
    private final transient List<Cause> causes;

    /** One whose causes the server did not name. */
    public ClusterException(Reason reason, String message) {
        this(reason, message, List.of(), null);
    }

    public ClusterException(Reason reason, String message, List<Cause> causes, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.causes = List.copyOf(causes);
    }

    /** Why, as far as it can be told apart. */
    public Reason reason() {
        return reason;
    }

    /** What the server named as causes, in its order; empty where it named none. */
    public List<Cause> causes() {
        return causes;
    }
}
