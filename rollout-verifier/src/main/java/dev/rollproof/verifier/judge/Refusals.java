// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * That pods may not be created, and what the server's words say about how long that may last. Of a StatefulSet and a DaemonSet only
 * warnings tell; they stay for an hour after it is over, so only what is told again after it was heard first counts.
 */
final class Refusals {
    private final Patience patience;
    private final Collection<ObservedEvent> events;
    private final Map<String, Instant> toldAtFirstSight;

    /**
     * @param events warnings
     * @param toldAtFirstSight what was told up to then does not count; what is new is added
     */
    Refusals(Patience patience, Collection<ObservedEvent> events, Map<String, Instant> toldAtFirstSight) {
        this.patience = patience;
        this.events = events;
        this.toldAtFirstSight = toldAtFirstSight;
    }

    /** What keeps a workload's controller from creating the pods that are missing. */
    Optional<Trouble> troubleOf(ObservedWorkload workload, Collection<ObservedPod> pods) {
        ObservedEvent last = null;
        Instant lastTold = Instant.MIN;
        for (ObservedEvent event : events) {
            Instant told = event.lastSeen().orElse(Instant.MIN);
            if (event.reason().equals("FailedCreate")
                    && event.regardingUid().equals(workload.metadata().uid())
                    && !told.isBefore(lastTold)) {
                last = event;
                lastTold = told;
            }
        }
        if (last == null) {
            return Optional.empty();
        }
        String key = "refusal/" + workload.metadata().uid();
        Cause cause = new Cause(last.reason(), last.message(), "", "", 0);
        // Their messages name the pods, so each may be an event of its own: what counts is when any of them was told.
        Instant first = toldAtFirstSight.putIfAbsent(key, lastTold);
        return Optional.of(
                first == null || !lastTold.isAfter(first)
                        ? Trouble.reported(key(key, last.message(), pods), cause)
                        : troubleOf(key, cause, last.message(), pods, pods, patience));
    }

    /**
     * How long a refusal may last, by the server's words for it.
     *
     * @param created those of the pods that are wanted which there are already
     * @param pods all of the workload's
     */
    static Trouble troubleOf(
            String key,
            Cause cause,
            String message,
            Collection<ObservedPod> created,
            Collection<ObservedPod> pods,
            Patience patience) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("already exists") || lower.contains("object has been modified")) {
            return Trouble.reported(key, cause);
        }
        if (isOfQuota(lower)) {
            return Trouble.fatalAfter(longestGrace(pods).plus(patience.quota()), key(key, message, created), cause);
        }
        if (lower.contains("is invalid")
                || lower.contains("denied the request")
                || lower.contains("violates podsecurity")
                || lower.contains("must be less than or equal")) {
            return Trouble.fatalAfter(patience.replicaFailure(), key, cause);
        }
        if (lower.contains("serviceaccount") && lower.contains("not found")
                || lower.contains("no priorityclass with name")) {
            return Trouble.fatalAfter(patience.imageDenied(), key, cause);
        }
        return Trouble.fatalAfter(patience.nodeTrouble(), key, cause);
    }

    /** A quota that lets one pod through, and another when old ones are gone, has not stood in the way all the time. */
    private static String key(String key, String message, Collection<ObservedPod> created) {
        return isOfQuota(message.toLowerCase(Locale.ROOT))
                ? key + "/" + created.size() + "/"
                        + created.stream().filter(ObservedPod::ready).count()
                : key;
    }

    private static boolean isOfQuota(String lower) {
        return lower.contains("exceeded quota");
    }

    private static Duration longestGrace(Collection<ObservedPod> pods) {
        long seconds = 0;
        for (ObservedPod pod : pods) {
            seconds = Math.max(seconds, pod.terminationGracePeriodSeconds());
        }
        return Duration.ofSeconds(seconds);
    }
}
