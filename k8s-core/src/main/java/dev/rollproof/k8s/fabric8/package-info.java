// SPDX-License-Identifier: Apache-2.0

/** The adapter over fabric8's client, and the conversion between its models, JSON and plain trees. The only package that uses that client. */
@NullMarked
package dev.rollproof.k8s.fabric8;

import org.jspecify.annotations.NullMarked;
