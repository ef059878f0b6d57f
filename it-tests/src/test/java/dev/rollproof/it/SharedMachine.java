// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Who runs beside whom on the machine that all tests of a real cluster share: four of the crowd, and when nobody of it is left two
 * {@link Quiet} ones. JUnit's locks know how to be alone, and not how to be two; its pool begins with the last class as well as with the
 * first. Each test waits for its turn before anything of it begins, and its time as reported includes that.
 */
public final class SharedMachine implements BeforeEachCallback {
    private static final int CROWD_AT_ONCE = 4;
    private static final int QUIET_AT_ONCE = 2;

    private static final Lock LOCK = new ReentrantLock(true);
    private static final Condition SOMEBODY_LEFT = LOCK.newCondition();

    private static int crowd;
    private static int waitingCrowd;
    private static int quiet;

    @Override
    public void beforeEach(ExtensionContext test) throws InterruptedException {
        boolean isQuiet = test.getRequiredTestClass().isAnnotationPresent(Quiet.class);
        AutoCloseable leaving = isQuiet ? enterQuietly() : enterTheCrowd();
        test.getStore(Namespace.create(SharedMachine.class)).put("turn", leaving);
    }

    private static AutoCloseable enterTheCrowd() throws InterruptedException {
        LOCK.lock();
        try {
            waitingCrowd++;
            while (quiet > 0 || crowd == CROWD_AT_ONCE) {
                SOMEBODY_LEFT.await();
            }
            crowd++;
            return () -> leave(1, 0);
        } finally {
            waitingCrowd--;
            LOCK.unlock();
        }
    }

    private static AutoCloseable enterQuietly() throws InterruptedException {
        LOCK.lock();
        try {
            while (crowd + waitingCrowd > 0 || quiet == QUIET_AT_ONCE) {
                SOMEBODY_LEFT.await();
            }
            quiet++;
            return () -> leave(0, 1);
        } finally {
            LOCK.unlock();
        }
    }

    private static void leave(int ofTheCrowd, int ofTheQuiet) {
        LOCK.lock();
        try {
            crowd -= ofTheCrowd;
            quiet -= ofTheQuiet;
            SOMEBODY_LEFT.signalAll();
        } finally {
            LOCK.unlock();
        }
    }
}
