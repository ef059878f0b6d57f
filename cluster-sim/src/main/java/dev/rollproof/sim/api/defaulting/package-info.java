// SPDX-License-Identifier: Apache-2.0
/** What the API server fills in where an object leaves something out. Changes models in place: they must be private copies. */
@NullMarked
package dev.rollproof.sim.api.defaulting;

import org.jspecify.annotations.NullMarked;
