// SPDX-License-Identifier: Apache-2.0

/** What people see of objects in a list: the API server's own columns of each kind. Depends on the models only. */
@NullMarked
package dev.rollproof.server.tables;

import org.jspecify.annotations.NullMarked;
