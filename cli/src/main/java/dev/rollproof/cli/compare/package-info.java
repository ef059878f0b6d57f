// SPDX-License-Identifier: Apache-2.0

/** Comparing strategies on simulated clusters: where these come from, and what is printed. */
@NullMarked
package dev.rollproof.cli.compare;

import org.jspecify.annotations.NullMarked;
