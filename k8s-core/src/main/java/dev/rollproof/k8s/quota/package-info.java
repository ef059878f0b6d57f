// SPDX-License-Identifier: Apache-2.0

/**
 * What a namespace has to say about the resources of its pods: what LimitRanges add to them and refuse, which quotas count them, and
 * what these count. The rules of Kubernetes' admission, for who stores pods and who foresees it. Pure.
 */
@NullMarked
package dev.rollproof.k8s.quota;

import org.jspecify.annotations.NullMarked;
