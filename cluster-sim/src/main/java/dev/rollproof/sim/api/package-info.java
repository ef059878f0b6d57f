// SPDX-License-Identifier: Apache-2.0

/**
 * The API server: a versioned store of objects behind Kubernetes' rules. Objects in it are fabric8's models and
 * <em>frozen</em>: nobody changes one after it was handed over, new versions share the parts that stay. May use the engine.
 */
@NullMarked
package dev.rollproof.sim.api;

import org.jspecify.annotations.NullMarked;
