// SPDX-License-Identifier: Apache-2.0

/**
 * The arithmetic of a rolling update, as the Deployment controller does it: pure functions over numbers of pods, for whoever
 * plays the controller or foretells it. Depends on what is observed and on fabric8's models only.
 */
@NullMarked
package dev.rollproof.k8s.rolling;

import org.jspecify.annotations.NullMarked;
