// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.controllers.EventRecorder;
import java.util.HashSet;
import java.util.Set;

/** What the pods of one node share. */
final class NodeAgent {
    final String name;
    final String address;
    final EventRecorder events;
    final Set<String> images = new HashSet<>();
    boolean lost;

    NodeAgent(String name, String address, EventRecorder events) {
        this.name = name;
        this.address = address;
        this.events = events;
    }
}
