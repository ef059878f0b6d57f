// SPDX-License-Identifier: Apache-2.0
/** Which objects selectors mean: Kubernetes' rules for labels. Pure. */
@NullMarked
package dev.rollproof.k8s.selection;

import org.jspecify.annotations.NullMarked;
