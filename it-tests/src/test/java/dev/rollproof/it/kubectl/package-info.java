// SPDX-License-Identifier: Apache-2.0

/** kubectl on the simulated cluster, beside the same on real Kubernetes. */
@NullMarked
package dev.rollproof.it.kubectl;

import org.jspecify.annotations.NullMarked;
