// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a controller of pods has done and its cache has not shown yet. As long as something is outstanding it neither
 * creates nor deletes, for at most five minutes.
 */
final class Expectations {
    private static final long EXPIRY_NANOS = 300_000_000_000L;

    private final Map<String, Outstanding> byOwner = new HashMap<>();

    private static final class Outstanding {
        int creations;
        final Set<String> deletions = new HashSet<>();
        long sinceNanos;
    }

    boolean satisfied(String ownerUid, long now) {
        Outstanding outstanding = byOwner.get(ownerUid);
        return outstanding == null
                || (outstanding.creations <= 0 && outstanding.deletions.isEmpty())
                || now - outstanding.sinceNanos > EXPIRY_NANOS;
    }

    private Outstanding anew(String ownerUid, long now) {
        Outstanding outstanding = byOwner.computeIfAbsent(ownerUid, uid -> new Outstanding());
        outstanding.creations = 0;
        outstanding.deletions.clear();
        outstanding.sinceNanos = now;
        return outstanding;
    }

    void expectCreations(String ownerUid, int count, long now) {
        anew(ownerUid, now).creations = count;
    }

    void expectDeletions(String ownerUid, Set<String> podUids, long now) {
        anew(ownerUid, now).deletions.addAll(podUids);
    }

    void expect(String ownerUid, int creations, Set<String> podUids, long now) {
        Outstanding outstanding = anew(ownerUid, now);
        outstanding.creations = creations;
        outstanding.deletions.addAll(podUids);
    }

    /** A creation was seen, or will not come. */
    void created(String ownerUid) {
        Outstanding outstanding = byOwner.get(ownerUid);
        if (outstanding != null) {
            outstanding.creations--;
        }
    }

    /** A deletion was seen, or will not come. */
    void deleted(String ownerUid, String podUid) {
        Outstanding outstanding = byOwner.get(ownerUid);
        if (outstanding != null) {
            outstanding.deletions.remove(podUid);
        }
    }

    void forget(String ownerUid) {
        byOwner.remove(ownerUid);
    }
}
