// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

/** A manifest cannot be used; the message names file, line and field, and says what to do. */
public final class ManifestException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ManifestException(String message) {
        super(message);
    }
}
