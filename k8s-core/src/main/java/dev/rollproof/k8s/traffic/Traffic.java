// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

/**
 * Sends HTTP requests to a Service, or to a host behind a gateway, at a steady rate, from outside of the cluster. A second port beside the one to the API
 * server: what users get is not what a status says.
 *
 * <p>The load is open: the next request is sent when it is due, however slow the answers are.
 *
 * <pre>{@code
 * try (RunningTraffic running = traffic.start(Load.of("shop", "clock"))) {
 *     rollout.run(cluster);
 *     TrafficReport report = running.stop();
 * }
 * }</pre>
 */
public interface Traffic {
    /**
     * Begins to send, and returns when the baseline is over: the load's time in which nothing is changed and every request
     * must be answered. Where it was not clean, the report will be void and say why; this method does not fail.
     *
     * <p>Waits as the cluster's time does: in virtual time, the calling thread runs the events.
     *
     * @throws IllegalArgumentException if the target cannot be reached, in one sentence that says what to do
     * @throws InterruptedException if the waiting thread is interrupted; nothing is sent any more then
     */
    RunningTraffic start(Load load) throws InterruptedException;
}
