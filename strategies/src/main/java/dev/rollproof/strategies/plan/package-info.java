// SPDX-License-Identifier: Apache-2.0

/**
 * What a rollout will be like, told without a cluster: a likely way, bounds for every possible way, and warnings. Pure; depends on
 * the core only, so that every strategy can make a plan.
 */
@NullMarked
package dev.rollproof.strategies.plan;

import org.jspecify.annotations.NullMarked;
