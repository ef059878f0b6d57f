// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import java.net.URI;

/**
 * Where a Service with a node port is reached from this machine.
 *
 * @param nodePort its number in the cluster
 * @param uri on loopback; its port is the node port, or another where somebody else had that one
 */
public record NodePortAddress(String namespace, String service, int nodePort, URI uri) {}
