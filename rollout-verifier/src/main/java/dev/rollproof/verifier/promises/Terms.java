// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.rolling.Fenceposts;
import java.util.Optional;

/**
 * What the Deployment's own stream tells: the numbers that the promises are about, and whether they were given at all. They are
 * for one change of the template that meets a Deployment at rest.
 *
 * @param newest empty until it was seen
 * @param templateChanges since the start
 * @param broughtOff the first thing that ended the promises, in one clause; {@code ""} while nothing did
 */
record Terms(Optional<ObservedDeployment> newest, int templateChanges, String broughtOff) {
    static final String NOTHING_TO_CHANGE = "there was no Deployment to change";

    static Terms unknown() {
        return new Terms(Optional.empty(), 0, "");
    }

    /** Takes the Deployment as it was before the change. */
    Terms start(ObservedDeployment before) {
        return new Terms(Optional.of(before), 0, broughtOff);
    }

    /** Nothing was promised from the start. */
    Terms brokenOff(String why) {
        return new Terms(newest, templateChanges, why);
    }

    Terms next(ObservedDeployment now, boolean deleted) {
        if (newest.isEmpty()) {
            return start(now);
        }
        ObservedDeployment before = newest.get();
        if (deleted) {
            return ended(now, "the Deployment was deleted");
        }
        long versions = now.metadata().generation() - before.metadata().generation();
        if (versions > 1) {
            return ended(now, "the Deployment was changed " + versions + " times between two looks at it");
        }
        if (now.replicas() != before.replicas()) {
            return ended(now, "the replicas were changed from " + before.replicas() + " to " + now.replicas());
        }
        boolean changed = !now.template().equals(before.template());
        if (changed && templateChanges > 0) {
            return ended(now, "the template was changed a second time");
        }
        if (!now.strategy().equals(before.strategy()) && templateChanges > 0) {
            return ended(now, "the strategy was changed after the template");
        }
        return new Terms(Optional.of(now), templateChanges + (changed ? 1 : 0), broughtOff);
    }

    private Terms ended(ObservedDeployment now, String why) {
        return new Terms(Optional.of(now), templateChanges + 1, broughtOff.isEmpty() ? why : broughtOff);
    }

    /** Why this promise was not given; {@code ""} where it was. */
    String whyNot(Promise promise) {
        if (!broughtOff.isEmpty()) {
            return broughtOff;
        }
        if (newest.isEmpty()) {
            return NOTHING_TO_CHANGE;
        }
        if (templateChanges == 0) {
            return "no change of the template was seen";
        }
        if (promise.givenBy(newest.get().strategy().isRecreate())) {
            return "";
        }
        return newest.get().strategy().isRecreate()
                ? "Recreate takes all pods away at once"
                : "a rolling update runs both versions";
    }

    /** A promise's number; nothing where there is no Deployment to take it from. */
    Optional<Integer> bound(Promise promise) {
        return newest.map(d -> promise.bound(d.replicas(), Fenceposts.of(d)));
    }
}
