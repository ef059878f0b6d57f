// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.rollproof.server.api;

import org.jspecify.annotations.NullMarked;
