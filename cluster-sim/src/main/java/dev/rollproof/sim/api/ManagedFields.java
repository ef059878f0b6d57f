// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.patch.FieldManager;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which field of which object. It is worked out only when server-side apply or a client asks, from the versions that
 * were written since: most objects are never asked about. Not thread-safe, but for the suppliers that it gives away: under the
 * simulation's lock.
 */
final class ManagedFields {
    /** Versions are kept until then; more would hold on to too many. */
    private static final int MOST_PENDING = 32;

    private final KeptByUid<Version> newest = new KeptByUid<>();

    /** What a write makes of who owned what before it. */
    private interface Step {
        Ownership enteredInto(Ownership known);
    }

    private record Write(
            HasMetadata before,
            HasMetadata after,
            FieldManager manager,
            @Nullable String at) implements Step {
        @Override
        public Ownership enteredInto(Ownership known) {
            return known.update((Map<?, ?>) Models.opened(before), (Map<?, ?>) Models.opened(after), manager, at);
        }
    }

    /** Who owns one version of an object: known, or what a write makes of the version before. Thread-safe. */
    private static final class Version implements Supplier<Ownership> {
        private @Nullable Version before;
        private @Nullable Step write;
        private @Nullable Ownership known;
        private final int pending;
        private final boolean byComponent;

        Version(Ownership known, boolean byComponent) {
            this.known = known;
            this.pending = 0;
            this.byComponent = byComponent;
        }

        Version(Version before, Step write) {
            this.before = before;
            this.write = write;
            this.byComponent = before.byComponent;
            this.pending = before.isKnown() ? 1 : before.pending + 1;
        }

        private synchronized boolean isKnown() {
            return known != null;
        }

        private synchronized @Nullable Version beforeIfUnknown() {
            return known == null ? before : null;
        }

        /** The oldest first, so that no call is as deep as versions are many. */
        @Override
        public Ownership get() {
            Deque<Version> unknown = new ArrayDeque<>();
            for (Version at = beforeIfUnknown(); at != null; at = at.beforeIfUnknown()) {
                unknown.push(at);
            }
            unknown.forEach(Version::enter);
            return enter();
        }

        /** What the version before is known by now makes of it. */
        private synchronized Ownership enter() {
            if (known == null && before != null && write != null) {
                known = write.enteredInto(before.enter());
                before = null;
                write = null;
            }
            return known == null ? Ownership.nobody() : known;
        }
    }

    private Version version(HasMetadata object) {
        Version version = newest.of(object);
        return version == null ? new Version(Ownership.nobody(), true) : version;
    }

    /** Whether no client has created it. */
    boolean isByComponent(HasMetadata object) {
        return version(object).byComponent;
    }

    Ownership of(HasMetadata object) {
        return version(object).get();
    }

    /** Who owns it now, whenever that is asked, by whoever. Thread-safe. */
    Supplier<Ownership> asOfNow(HasMetadata object) {
        return version(object);
    }

    /** Who would own it after a write that is only tried. */
    Supplier<Ownership> asIf(HasMetadata before, HasMetadata after, FieldManager manager, @Nullable String at) {
        return new Version(version(before), new Write(before, after, manager, at));
    }

    /** Who applies owns what he said. */
    void createdByApply(HasMetadata object, FieldSet said, String manager) {
        newest.put(object, new Version(Ownership.ofApplier(FieldManager.of(manager), said, madeAt(object)), false));
    }

    /** Who creates in another way owns the defaults, too. */
    void created(HasMetadata object, String manager) {
        newest.put(
                object,
                new Version(
                        new Version(Ownership.nobody(), false),
                        nobody -> Ownership.ofUpdater(
                                FieldManager.of(manager), ComponentOwners.ofCreator(object), madeAt(object))));
    }

    private static String madeAt(HasMetadata object) {
        return object.getMetadata().getCreationTimestamp();
    }

    /** @param at when; null for a write that has no time */
    void changed(HasMetadata before, HasMetadata after, FieldManager manager, @Nullable String at) {
        Version version = new Version(version(before), new Write(before, after, manager, at));
        if (version.pending > MOST_PENDING) {
            version.get();
        }
        newest.put(after, version);
    }

    void set(HasMetadata object, Ownership ownership) {
        newest.put(object, new Version(ownership, version(object).byComponent));
    }

    void forget(HasMetadata object) {
        newest.forget(object);
    }
}
