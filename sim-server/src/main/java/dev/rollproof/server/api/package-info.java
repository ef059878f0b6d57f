// SPDX-License-Identifier: Apache-2.0

/** Kubernetes' API: what each path and verb means, and what is answered. Knows no HTTP library. */
@NullMarked
package dev.rollproof.server.api;

import org.jspecify.annotations.NullMarked;
