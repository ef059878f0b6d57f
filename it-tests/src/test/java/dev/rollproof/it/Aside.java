// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Work that waits, each on a thread of its own. Never in the pool that {@link CompletableFuture} takes when none is named: since
 * Java 25 that has one thread where there are two processors, and {@link java.net.http.HttpClient} hands over its answers on it. One
 * task that waits there stops every client of the JVM.
 */
public final class Aside {
    private Aside() {}

    /** Begins a thread for each task. */
    public static Executor of(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }

    /** What it comes to is known later. */
    public static <T> CompletableFuture<T> supply(String name, Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, of(name));
    }

    /** Ends when the work has. */
    public static CompletableFuture<Void> run(String name, Runnable work) {
        return CompletableFuture.runAsync(work, of(name));
    }
}
