// SPDX-License-Identifier: Apache-2.0

/**
 * Requests to Services, in virtual time: what kube-proxy has made of them, and what a connection meets at a pod. Costs
 * nothing while nobody sends.
 */
@NullMarked
package dev.rollproof.sim.network;

import org.jspecify.annotations.NullMarked;
