// SPDX-License-Identifier: Apache-2.0

/** A laboratory exercise on deployment strategies, played on the simulated cluster. */
@NullMarked
package dev.rollproof.cli.demo;

import org.jspecify.annotations.NullMarked;
