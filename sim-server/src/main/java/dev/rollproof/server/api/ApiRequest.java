// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request, as the API sees it. Immutable, but for its body, which nobody changes. */
public final class ApiRequest {
    /** The largest body that is read, 3 MiB: Kubernetes' own limit. */
    public static final int MOST_BODY_BYTES = 3 * 1024 * 1024;

    private final String method;
    private final List<String> path;
    private final boolean endsWithSlash;
    private final Parameters query;
    private final Function<String, @Nullable String> header;
    private final byte[] body;

    /**
     * @param method such as {@code GET}
     * @param path decoded segments of the path, without empty ones
     * @param endsWithSlash whether the path ends with one
     * @param header the value of a header, whose name counts in any case; null where there is none
     * @param body all of it
     */
    public ApiRequest(
            String method,
            List<String> path,
            boolean endsWithSlash,
            Parameters query,
            Function<String, @Nullable String> header,
            byte[] body) {
        this.method = method;
        this.path = List.copyOf(path);
        this.endsWithSlash = endsWithSlash;
        this.query = query;
        this.header = header;
        this.body = body;
    }

    String method() {
        return method;
    }

    List<String> path() {
        return path;
    }

    boolean endsWithSlash() {
        return endsWithSlash;
    }

    Parameters query() {
        return query;
    }

    byte[] body() {
        return body;
    }

    @Nullable
    String header(String name) {
        return header.apply(name);
    }

    /** A header's value without its parameters, in lower case, such as {@code application/json}; empty where there is none. */
    String contentType() {
        String value = header("Content-Type");
        if (value == null) {
            return "";
        }
        int end = value.indexOf(';');
        String type = (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(java.util.Locale.ROOT);
        // Parameters of nothing are no type, which is not the same as none.
        return type.isEmpty() ? value.strip() : type;
    }

    /** Whether the client asks to go on by WebSocket or SPDY. */
    boolean asksForUpgrade() {
        return header("Upgrade") != null;
    }

    boolean isWatch() {
        return query.isTrue("watch");
    }
}
