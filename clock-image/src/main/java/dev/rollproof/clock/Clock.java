// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/**
 * The clock as a process: opens late, crashes and stops as its environment says.
 *
 * <p>No lambda and no joined string runs before it answers, here and in {@link ClockServer}: the first of each costs a small JVM
 * tens of milliseconds, and its start shall be short.
 */
public final class Clock {
    private Clock() {}

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> environment = System.getenv();
        Settings settings;
        try {
            settings = Settings.from(environment);
        } catch (IllegalArgumentException wrong) {
            System.err.println("clock: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        if (settings.crashAfter().isPresent()) {
            crashLater(settings.crashAfter().get(), settings.exitCode());
        }
        Thread.sleep(settings.startAfter().toMillis());
        ClockServer server;
        try {
            server = ClockServer.open(settings);
        } catch (UncheckedIOException taken) {
            System.err.println("clock: " + taken.getMessage());
            System.exit(2);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread("stop") {
            @Override
            public void run() {
                Clock.stop(server, settings);
            }
        });
        System.out.println("clock " + settings.version() + " on port " + server.port());
        Thread.currentThread().join();
    }

    private static void crashLater(Duration time, int exitCode) {
        Thread thread = new Thread(
                () -> {
                    pause(time);
                    System.err.println(
                            "clock: crashing after " + time.toMillis() + " ms, as CLOCK_CRASH_AFTER asks for");
                    // Not System.exit: a crash does not wait for anybody.
                    Runtime.getRuntime().halt(exitCode);
                },
                "crash");
        thread.setDaemon(true);
        thread.start();
    }

    /** SIGTERM has come. */
    private static void stop(ClockServer server, Settings settings) {
        switch (settings.stop()) {
            case IMMEDIATE -> {}
            case SLOW -> {
                server.close();
                pause(settings.stopAfter());
            }
            case DRAIN -> {
                server.drain();
                pause(settings.stopAfter());
                server.close();
            }
        }
        // Without this the exit code would be 143, which the kubelet would call an error.
        Runtime.getRuntime().halt(0);
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
