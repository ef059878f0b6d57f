// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.time.Time;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts the client's exceptions into the port's words. */
final class Failures {
    /** What Java's client says where an HTTP/2 connection carries as many requests as the server allows; 100 by Kubernetes' default. */
    private static final String CONNECTION_IS_FULL = "too many concurrent streams";

    private static final int TRIES = 10;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    private final String server;
    private final Time time;

    Failures(String server, Time time) {
        this.server = server;
        this.time = time;
    }

    /**
     * Makes a call, and of what it throws a {@link ClusterException}. A request that was not sent since others fill the connection is made
     * again, for a second: who rolls out many workloads at once may begin with more than a hundred requests.
     */
    <T> T translate(Supplier<T> call) {
        for (int tried = 1; ; tried++) {
            try {
                return call.get();
            } catch (KubernetesClientException failed) {
                if (!isOfAFullConnection(failed) || tried == TRIES || isInterruptedBeforeTheNext()) {
                    throw from(failed);
                }
            }
        }
    }

    private static boolean isOfAFullConnection(Throwable failed) {
        return CONNECTION_IS_FULL.equals(failed.getMessage())
                || (failed.getCause() != null && isOfAFullConnection(failed.getCause()));
    }

    private boolean isInterruptedBeforeTheNext() {
        try {
            time.awaitUntil(time.now().plus(BETWEEN_TRIES), () -> false);
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    static ClusterException notFound(String resource, String name) {
        return new ClusterException(Reason.NOT_FOUND, resource + " \"" + name + "\" not found");
    }

    /** The same failure in the port's words. */
    ClusterException from(Throwable failed) {
        if (failed instanceof ClusterException translated) {
            return translated;
        }
        // Informers wrap what the server answered.
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException answered
                    && (answered.getCode() > 0 || answered.getStatus() != null)) {
                return answered(answered);
            }
        }
        if (isOfAFullConnection(failed)) {
            return new ClusterException(
                    Reason.UNREACHABLE,
                    "the connection to the cluster at " + server
                            + " has no room for another request; make fewer at once, or by more" + " than one client",
                    List.of(),
                    failed);
        }
        String why = connectionFailure(failed);
        if (why != null) {
            return new ClusterException(
                    Reason.UNREACHABLE, "the cluster at " + server + " cannot be reached: " + why, List.of(), failed);
        }
        return new ClusterException(Reason.UNKNOWN, message(failed), List.of(), failed);
    }

    private static ClusterException answered(KubernetesClientException failed) {
        Status status = failed.getStatus();
        if (status == null) {
            return new ClusterException(Reason.from(null, failed.getCode()), message(failed), List.of(), failed);
        }
        List<Cause> causes = new ArrayList<>();
        if (status.getDetails() != null && status.getDetails().getCauses() != null) {
            for (StatusCause cause : status.getDetails().getCauses()) {
                causes.add(
                        new Cause(orEmpty(cause.getField()), orEmpty(cause.getReason()), orEmpty(cause.getMessage())));
            }
        }
        String message = status.getMessage() == null ? message(failed) : status.getMessage();
        return new ClusterException(Reason.from(status.getReason(), failed.getCode()), message, causes, failed);
    }

    /** What the network did, in a few words; null where it was not the network. */
    private static @Nullable String connectionFailure(Throwable failed) {
        // The JDK's transport puts it into a ConnectException.
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.net.UnknownHostException
                    || cause instanceof java.nio.channels.UnresolvedAddressException) {
                return "its host name is not known";
            }
        }
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.net.ConnectException) {
                return "connection refused";
            }
            if (cause instanceof TimeoutException || cause instanceof java.net.http.HttpTimeoutException) {
                return "no answer in time";
            }
            if (cause instanceof javax.net.ssl.SSLException) {
                return "TLS failed: " + cause.getMessage();
            }
        }
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            }
        }
        return null;
    }

    private static String message(Throwable failed) {
        return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
