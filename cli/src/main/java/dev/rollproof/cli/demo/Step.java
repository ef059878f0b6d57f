// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.demo;

import dev.rollproof.verifier.Verdict;

/**
 * One step of the exercise, done.
 *
 * @param row the exercise's number
 * @param expected whether it ended as an exercise should
 * @param remark what is to be learned from it; may be {@code ""}
 */
record Step(int row, String title, Verdict verdict, Meter.Measured measured, boolean expected, String remark) {}
