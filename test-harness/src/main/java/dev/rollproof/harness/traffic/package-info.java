// SPDX-License-Identifier: Apache-2.0

/**
 * Traffic over real HTTP. One thread and non-blocking sockets, so that no slow answer delays the next request. Reads the
 * clock through {@link dev.rollproof.k8s.time.Time}; waits for sockets with a selector, since nothing else does.
 */
@NullMarked
package dev.rollproof.harness.traffic;

import org.jspecify.annotations.NullMarked;
