// SPDX-License-Identifier: Apache-2.0

/**
 * Tests of rollouts in a build: {@link dev.rollproof.harness.ClusterTest} gives a test its cluster and a namespace,
 * {@link dev.rollproof.harness.RollproofAssertions} says what has to come of it. Works with JUnit Jupiter 5.14 and 6.
 */
@NullMarked
package dev.rollproof.harness;

import org.jspecify.annotations.NullMarked;
