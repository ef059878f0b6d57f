// SPDX-License-Identifier: Apache-2.0
/** What the API server gives to Services: addresses, their families, and ports of nodes. */
@NullMarked
package dev.rollproof.sim.api.services;

import org.jspecify.annotations.NullMarked;
