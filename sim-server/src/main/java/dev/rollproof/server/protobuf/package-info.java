// SPDX-License-Identifier: Apache-2.0

/** Kubernetes' protobuf, read into the trees that its JSON would be. The only package that knows the library for it. */
@NullMarked
package dev.rollproof.server.protobuf;

import org.jspecify.annotations.NullMarked;
