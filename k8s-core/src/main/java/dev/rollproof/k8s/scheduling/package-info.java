// SPDX-License-Identifier: Apache-2.0
/** Where pods may go: the rules of Kubernetes' scheduler that look at a node and a pod alone. */
@NullMarked
package dev.rollproof.k8s.scheduling;

import org.jspecify.annotations.NullMarked;
