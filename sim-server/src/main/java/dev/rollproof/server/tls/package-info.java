// SPDX-License-Identifier: Apache-2.0

/** Makes an authority, certificates and the kubeconfig that trusts them. With nothing but Java: a certificate is written by hand. */
@NullMarked
package dev.rollproof.server.tls;

import org.jspecify.annotations.NullMarked;
