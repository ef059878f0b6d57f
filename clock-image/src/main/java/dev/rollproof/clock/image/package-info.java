// SPDX-License-Identifier: Apache-2.0

/**
 * The builder of the clock's images: to a tar each, without a container engine, and on Linux without a network. It knows the
 * application in the package above as class files only; Jib writes the image format.
 */
@NullMarked
package dev.rollproof.clock.image;

import org.jspecify.annotations.NullMarked;
