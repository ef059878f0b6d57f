// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.util.Objects;

/**
 * How to write.
 *
 * @param fieldManager who owns the written fields, as the server records it; default {@code rollproof}
 * @param dryRun do everything but store: defaults, validation and admission are the server's own; default false
 * @param force on server-side apply, take over fields that other managers own instead of failing with Conflict; default true
 */
public record WriteOptions(String fieldManager, boolean dryRun, boolean force) {
    private static final WriteOptions DEFAULTS = new WriteOptions("rollproof", false, true);

    /** @throws IllegalArgumentException if the field manager is blank */
    public WriteOptions {
        Objects.requireNonNull(fieldManager, "fieldManager");
        if (fieldManager.isBlank()) {
            throw new IllegalArgumentException("fieldManager must not be blank");
        }
    }

    /** As {@code rollproof}, for real, taking fields over on apply. */
    public static WriteOptions defaults() {
        return DEFAULTS;
    }

    /** Under another name in {@code managedFields}. */
    public WriteOptions withFieldManager(String name) {
        return new WriteOptions(name, dryRun, force);
    }

    /** Everything but to store it. */
    public WriteOptions withDryRun() {
        return new WriteOptions(fieldManager, true, force);
    }

    /** On apply, a field that somebody else owns and has otherwise is a conflict. */
    public WriteOptions withoutForce() {
        return new WriteOptions(fieldManager, dryRun, false);
    }
}
