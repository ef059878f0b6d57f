// SPDX-License-Identifier: Apache-2.0

/**
 * The judge: from what was observed to a status, and from that to a verdict. Pure: no clock, no I/O, no logger. Time comes in
 * as an argument, and "look again then" goes out.
 */
@NullMarked
package dev.rollproof.verifier.judge;

import org.jspecify.annotations.NullMarked;
