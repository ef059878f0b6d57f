// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

/**
 * How often a node tells a client that its packet was rejected. kube-proxy rejects connections to a Service without
 * endpoints by an ICMP message, and Linux sends a host one of these a second, after six at once ({@code icmp_ratelimit});
 * a client that hears nothing waits until it gives up. Seen on a real node: of 50 requests a second one was refused, and 49
 * timed out.
 */
final class Rejections {
    private static final double MOST_AT_ONCE = 6;

    private double allowed = MOST_AT_ONCE;
    private long lastNanos;

    boolean allows(long nowNanos) {
        allowed = Math.min(MOST_AT_ONCE, allowed + (nowNanos - lastNanos) / 1e9);
        lastNanos = nowNanos;
        if (allowed < 1) {
            return false;
        }
        allowed--;
        return true;
    }
}
