// SPDX-License-Identifier: Apache-2.0

/** The one seam to time. Nothing else in the library reads a clock or sleeps. Depends on the JDK only. */
@NullMarked
package dev.rollproof.k8s.time;

import org.jspecify.annotations.NullMarked;
