// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.rollproof.server.tls;

import org.jspecify.annotations.NullMarked;
