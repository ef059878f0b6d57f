// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.rollproof.k8s.selection;

import org.jspecify.annotations.NullMarked;
