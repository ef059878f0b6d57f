// SPDX-License-Identifier: Apache-2.0

/**
 * What was observed of a cluster: records, complete and without nulls, made in one place,
 * {@link dev.rollproof.k8s.observed.Observed}. The words are Kubernetes' own. May use fabric8's models, nothing of its
 * client.
 */
@NullMarked
package dev.rollproof.k8s.observed;

import org.jspecify.annotations.NullMarked;
