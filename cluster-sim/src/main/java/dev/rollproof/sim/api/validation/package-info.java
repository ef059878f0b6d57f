// SPDX-License-Identifier: Apache-2.0
/** What the API server refuses, with its own reasons, texts and field paths, as recorded on Kubernetes 1.37. Pure functions over models. */
@NullMarked
package dev.rollproof.sim.api.validation;

import org.jspecify.annotations.NullMarked;
