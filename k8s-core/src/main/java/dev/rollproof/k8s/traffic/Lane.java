// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

/** How a request gets its connection. Rollouts treat the two differently, as do clients. */
public enum Lane {
    /** A new connection for each request: the Service chooses a pod each time, at random. */
    FRESH("fresh connections"),

    /** One connection for all requests, for as long as it lasts: the same pod each time, also while that pod terminates. */
    KEPT_ALIVE("kept-alive connections");

    private final String words;

    Lane(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
