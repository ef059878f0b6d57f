// SPDX-License-Identifier: Apache-2.0

/** The kubelets of all nodes, and the behaviour of images that makes containers live, fail and end. */
@NullMarked
package dev.rollproof.sim.kubelet;

import org.jspecify.annotations.NullMarked;
