// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

/** Traffic that is being sent. Safe to use from several threads. Ends by itself after the load's longest time. */
public interface RunningTraffic extends AutoCloseable {
    /** What became of the requests so far; those without an outcome yet are counted, and not judged. */
    TrafficReport soFar();

    /**
     * Sends no more, and waits for the answers that are still due: for the load's timeout at the most. Once it has stopped,
     * gives the same report again.
     *
     * @throws InterruptedException if the waiting thread is interrupted; nothing is sent any more then
     */
    TrafficReport stop() throws InterruptedException;

    /** Sends no more, and waits for nothing. */
    @Override
    void close();
}
