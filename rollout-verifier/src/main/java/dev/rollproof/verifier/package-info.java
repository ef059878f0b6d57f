// SPDX-License-Identifier: Apache-2.0

/**
 * Judges a rollout: verdict, cause and evidence. The judge is pure: no clock, no I/O, no logger. One loop runs it against a
 * {@link dev.rollproof.k8s.Cluster}. Depends on k8s-core.
 */
@NullMarked
package dev.rollproof.verifier;

import org.jspecify.annotations.NullMarked;
