// SPDX-License-Identifier: Apache-2.0

/** OpenAPI documents of the kinds that are served, made from their models. Depends on the simulated cluster's types and rules. */
@NullMarked
package dev.rollproof.server.openapi;

import org.jspecify.annotations.NullMarked;
