// SPDX-License-Identifier: Apache-2.0
/** Where pods may go: the rules of Kubernetes' scheduler, of a node and a pod, and of the pods that are there. */
@NullMarked
package dev.rollproof.k8s.scheduling;

import org.jspecify.annotations.NullMarked;
