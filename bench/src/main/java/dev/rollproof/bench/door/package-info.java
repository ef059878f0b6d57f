// SPDX-License-Identifier: Apache-2.0

/** Loads the simulated cluster's HTTP door, and says whether what its watchers were told is what was written. */
@NullMarked
package dev.rollproof.bench.door;

import org.jspecify.annotations.NullMarked;
