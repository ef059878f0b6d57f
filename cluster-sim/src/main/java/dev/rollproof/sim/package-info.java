// SPDX-License-Identifier: Apache-2.0

/**
 * A simulated Kubernetes in the JVM: deterministic, in virtual time, made anew for each test. Users need this package
 * only; the packages below are its rooms: the engine, the API server, the controllers, the kubelet.
 */
@NullMarked
package dev.rollproof.sim;

import org.jspecify.annotations.NullMarked;
