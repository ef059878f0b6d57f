// SPDX-License-Identifier: Apache-2.0

/**
 * What a strategy promises while it runs, with the exact conditions, checked on every event: a pure book that is told what was
 * observed, and a watch that tells it. Depends on the core only.
 */
@NullMarked
package dev.rollproof.verifier.promises;

import org.jspecify.annotations.NullMarked;
