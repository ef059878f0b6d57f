// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

/** A strategy that the Deployment controller cannot play by itself: somebody has to drive it, step by step. */
public sealed interface Driven extends Strategy permits Canary, BlueGreen {}
