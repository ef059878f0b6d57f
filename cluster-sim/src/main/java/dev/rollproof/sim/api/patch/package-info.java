// SPDX-License-Identifier: Apache-2.0

/** Patches and server-side apply, on plain trees of maps and lists. Knows no store and no kind. */
@NullMarked
package dev.rollproof.sim.api.patch;

import org.jspecify.annotations.NullMarked;
