// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import dev.rollproof.k8s.traffic.Lane;

/** One request that is under way. */
final class Exchange {
    final int number;
    final Lane lane;
    final long dueNanos;
    final ResponseReader reader = new ResponseReader();
    boolean ended;

    Exchange(int number, Lane lane, long dueNanos) {
        this.number = number;
        this.lane = lane;
        this.dueNanos = dueNanos;
    }
}
