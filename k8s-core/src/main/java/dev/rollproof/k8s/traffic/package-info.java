// SPDX-License-Identifier: Apache-2.0

/**
 * Requests to a Service while something happens to it, and what became of them: the port to whoever sends them, and the
 * vocabulary of the report. Pure but for the port's two interfaces; depends on the JDK only.
 */
@NullMarked
package dev.rollproof.k8s.traffic;

import org.jspecify.annotations.NullMarked;
