// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to delete.
 *
 * @param gracePeriodSeconds seconds between the request and the end of a pod; empty for the object's own, 0 for at once
 * @param propagation what happens to the objects that this one owns; default {@link Propagation#BACKGROUND}
 * @param uid precondition: delete only the object with this uid
 * @param resourceVersion precondition: delete only this version
 */
public record DeleteOptions(
        OptionalLong gracePeriodSeconds,
        Propagation propagation,
        Optional<String> uid,
        Optional<String> resourceVersion) {
    /** Kubernetes' deletion propagation policies. */
    public enum Propagation {
        /** The object goes at once, what it owns soon after. */
        BACKGROUND,
        /** What it owns goes first. */
        FOREGROUND,
        /** What it owns stays, without an owner. */
        ORPHAN
    }

    private static final DeleteOptions DEFAULTS =
            new DeleteOptions(OptionalLong.empty(), Propagation.BACKGROUND, Optional.empty(), Optional.empty());

    /** @throws IllegalArgumentException if the grace period is negative */
    public DeleteOptions {
        Objects.requireNonNull(gracePeriodSeconds, "gracePeriodSeconds");
        Objects.requireNonNull(propagation, "propagation");
        Objects.requireNonNull(uid, "uid");
        Objects.requireNonNull(resourceVersion, "resourceVersion");
        if (gracePeriodSeconds.isPresent() && gracePeriodSeconds.getAsLong() < 0) {
            throw new IllegalArgumentException(
                    "gracePeriodSeconds must not be negative, was " + gracePeriodSeconds.getAsLong());
        }
    }

    /** The object's own grace period, in the background, whatever its uid and version. */
    public static DeleteOptions defaults() {
        return DEFAULTS;
    }

    /** So many seconds until the end of a pod; 0 for at once. */
    public DeleteOptions withGracePeriodSeconds(long seconds) {
        return new DeleteOptions(OptionalLong.of(seconds), propagation, uid, resourceVersion);
    }

    /** What becomes of the objects that this one owns. */
    public DeleteOptions withPropagation(Propagation policy) {
        return new DeleteOptions(gracePeriodSeconds, policy, uid, resourceVersion);
    }

    /** Only the object with this uid: another one under its name is a conflict. */
    public DeleteOptions onlyUid(String value) {
        return new DeleteOptions(gracePeriodSeconds, propagation, Optional.of(value), resourceVersion);
    }

    /** Only this version: if it has changed since, that is a conflict. */
    public DeleteOptions onlyResourceVersion(String value) {
        return new DeleteOptions(gracePeriodSeconds, propagation, uid, Optional.of(value));
    }
}
