// SPDX-License-Identifier: Apache-2.0

/** What a person sees while a rollout runs: pure rendering, and two ways to put it on a screen. */
@NullMarked
package dev.rollproof.cli.view;

import org.jspecify.annotations.NullMarked;
