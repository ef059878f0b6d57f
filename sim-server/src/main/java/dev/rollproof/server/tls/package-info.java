// SPDX-License-Identifier: Apache-2.0

/** Makes an authority, certificates and the kubeconfig that trusts them. Only here BouncyCastle is used. */
@NullMarked
package dev.rollproof.server.tls;

import org.jspecify.annotations.NullMarked;
