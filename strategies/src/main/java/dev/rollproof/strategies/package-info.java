// SPDX-License-Identifier: Apache-2.0

/**
 * Deployment strategies as values, and the rollout that puts one on a workload and has it verified. Depends on the verifier.
 */
@NullMarked
package dev.rollproof.strategies;

import org.jspecify.annotations.NullMarked;
