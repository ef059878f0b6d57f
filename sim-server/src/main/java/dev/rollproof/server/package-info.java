// SPDX-License-Identifier: Apache-2.0

/**
 * The simulated cluster's second door: its API over HTTPS on loopback, for kubectl and every other client, in real time or a
 * multiple of it. {@code api} knows Kubernetes' API and no HTTP library, {@code http} the library and no Kubernetes, {@code tls}
 * makes keys. Depends on the simulated cluster.
 */
@NullMarked
package dev.rollproof.server;

import org.jspecify.annotations.NullMarked;
