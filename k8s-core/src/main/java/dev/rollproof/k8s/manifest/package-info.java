// SPDX-License-Identifier: Apache-2.0

/**
 * Manifests in files: read with the line of every field, and checked against the shape of their kind, so that a slip is told
 * with file, line, field and what to do about it.
 */
@NullMarked
package dev.rollproof.k8s.manifest;

import org.jspecify.annotations.NullMarked;
