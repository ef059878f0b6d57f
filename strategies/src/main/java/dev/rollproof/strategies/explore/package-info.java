// SPDX-License-Identifier: Apache-2.0

/**
 * Tries every order in which a rolling update can happen, for small numbers of pods, and so tells which promises are true. Pure;
 * depends on the core's arithmetic of rolling updates only.
 */
@NullMarked
package dev.rollproof.strategies.explore;

import org.jspecify.annotations.NullMarked;
