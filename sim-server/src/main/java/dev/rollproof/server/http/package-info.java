// SPDX-License-Identifier: Apache-2.0

/** Serves requests over HTTPS by the embedded server, which nothing outside this package names. */
@NullMarked
package dev.rollproof.server.http;

import org.jspecify.annotations.NullMarked;
