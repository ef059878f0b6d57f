// SPDX-License-Identifier: Apache-2.0

/**
 * The same change under several strategies, measured on fresh clusters, many times: what each costs, and what each does with
 * a version that turns out to be bad. Knows the ports to a cluster and to traffic only; who compares brings the clusters.
 */
@NullMarked
package dev.rollproof.strategies.compare;

import org.jspecify.annotations.NullMarked;
