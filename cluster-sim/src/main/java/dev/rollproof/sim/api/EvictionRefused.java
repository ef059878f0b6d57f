// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException.Cause;
import java.util.List;

/** What the API server answers to an eviction that it does not do. */
public final class EvictionRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final int retryAfterSeconds;
    private final transient List<Cause> causes;

    EvictionRefused(int code, String reason, String message, List<String> causes, int retryAfterSeconds) {
        super(message);
        this.code = code;
        this.reason = reason;
        this.retryAfterSeconds = retryAfterSeconds;
        this.causes = causes.stream()
                .map(cause -> new Cause("", "DisruptionBudget", cause))
                .toList();
    }

    public int code() {
        return code;
    }

    /** Kubernetes' reason; {@code ""} where it names none. */
    public String reason() {
        return reason;
    }

    /** After how many seconds to ask again; 0 where the server does not say. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    public List<Cause> causes() {
        return causes;
    }
}
