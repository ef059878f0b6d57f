// SPDX-License-Identifier: Apache-2.0

/**
 * The demonstration: a web page with a clock, in versions, that misbehaves on request. It uses the JDK and nothing else, so
 * that its images are small; it may read the time and sleep, which the rest of the project may not.
 */
@NullMarked
package dev.rollproof.clock;

import org.jspecify.annotations.NullMarked;
