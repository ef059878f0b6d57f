// SPDX-License-Identifier: Apache-2.0

/** Recordings of what was observed: written, read, and judged again. */
@NullMarked
package dev.rollproof.verifier.recording;

import org.jspecify.annotations.NullMarked;
