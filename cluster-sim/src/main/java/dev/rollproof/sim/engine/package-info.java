// SPDX-License-Identifier: Apache-2.0

/** Virtual time, its event queue, and the one source of randomness. Knows nothing of Kubernetes. */
@NullMarked
package dev.rollproof.sim.engine;

import org.jspecify.annotations.NullMarked;
