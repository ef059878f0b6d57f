// SPDX-License-Identifier: Apache-2.0
/**
 * What the API server warns of, in its own words, where it accepts what clients write. Pure functions over models that have their defaults.
 * May depend on {@code validation}, whose rules for names it shares.
 */
@NullMarked
package dev.rollproof.sim.api.warning;

import org.jspecify.annotations.NullMarked;
