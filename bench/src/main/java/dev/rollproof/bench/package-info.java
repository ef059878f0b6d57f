// SPDX-License-Identifier: Apache-2.0

/** Benchmarks. What was measured with them stands in bench/README.md, each with its command. */
@NullMarked
package dev.rollproof.bench;

import org.jspecify.annotations.NullMarked;
