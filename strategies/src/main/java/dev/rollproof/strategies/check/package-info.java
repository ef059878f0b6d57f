// SPDX-License-Identifier: Apache-2.0

/**
 * Checks: what a canary or a blue-green has to show before it goes on. A check is a predicate over anything that can be
 * measured, with the limits of Argo Rollouts' analysis. Depends on the core only; {@code CheckRun}, which counts, is pure.
 */
@NullMarked
package dev.rollproof.strategies.check;

import org.jspecify.annotations.NullMarked;
