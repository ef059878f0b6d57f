// SPDX-License-Identifier: Apache-2.0

/** The command {@code rollproof}: verify, replay, demo, images. What it prints and its exit codes are its interface. */
@NullMarked
package dev.rollproof.cli;

import org.jspecify.annotations.NullMarked;
