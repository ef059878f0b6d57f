// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

/** A pod's port that a Service sends to. */
record Backend(String podUid, String podName, int port) {}
