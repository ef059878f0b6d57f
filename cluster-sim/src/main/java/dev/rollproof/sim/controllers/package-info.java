// SPDX-License-Identifier: Apache-2.0

/** What kube-controller-manager and kube-scheduler run. Each controller reads its informers' caches and writes through the API server. */
@NullMarked
package dev.rollproof.sim.controllers;

import org.jspecify.annotations.NullMarked;
