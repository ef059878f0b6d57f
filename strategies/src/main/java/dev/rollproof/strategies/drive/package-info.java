// SPDX-License-Identifier: Apache-2.0

/**
 * The one loop that drives a rollout which the Deployment controller cannot play by itself: observe, judge, decide, act,
 * wait. What a strategy decides is pure ({@code Play}); what the loop needs to go on is kept in the cluster. Depends on the
 * verifier and on checks.
 */
@NullMarked
package dev.rollproof.strategies.drive;

import org.jspecify.annotations.NullMarked;
