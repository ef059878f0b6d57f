// SPDX-License-Identifier: Apache-2.0

/**
 * The port to a cluster: what the rest of Rollproof asks of Kubernetes, and how it fails. A manifest that goes to a
 * cluster is fabric8's model class; what is observed of a cluster is a record of {@link dev.rollproof.k8s.observed}.
 * Depends on fabric8's models, never on its client.
 */
@NullMarked
package dev.rollproof.k8s;

import org.jspecify.annotations.NullMarked;
