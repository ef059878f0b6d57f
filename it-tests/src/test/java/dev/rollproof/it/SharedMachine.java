// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Who runs beside whom on a real cluster, and its machine, which are everybody's: four of the crowd, when nobody of it is left two
 * {@link Quiet} ones, and at last those that are {@link Alone}. Simulated clusters are a test's own, and so is their time.
 *
 * <p>JUnit finds this by its service file, and asks it before anything of a test begins; a test's time as reported includes its waiting. JUnit's
 * own locks know how to be alone, and not how to be two, and its pool begins with the last class as well as with the first.
 */
public final class SharedMachine implements TestInstancePreConstructCallback {
    /** Marks tests whose users count each request: on busy cores they lose some to nothing but the crowd. */
    @Inherited
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    public @interface Quiet {}

    /** All are disturbed: nobody else may run meanwhile. For {@code @ResourceLock}. */
    public static final class Alone implements ResourceLocksProvider {
        @Override
        public Set<Lock> provideForClass(Class<?> test) {
            return isShared() ? Set.of(new Lock(Resources.GLOBAL)) : Set.of();
        }
    }

    private static final int CROWD_AT_ONCE = 4;
    private static final int QUIET_AT_ONCE = 2;

    private static final ReentrantLock LOCK = new ReentrantLock(true);
    private static final Condition SOMEBODY_LEFT = LOCK.newCondition();

    private static int crowd;
    private static int waitingCrowd;
    private static int quiet;

    private static boolean isShared() {
        return Set.of("k3s", "kubeconfig").contains(System.getProperty("rollproof.cluster", ""));
    }

    /** So that it is asked for each test, and not for its class. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** Before anything is given to the instance: a namespace would be made, and watched, while its test still waits. */
    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext instance, ExtensionContext test)
            throws InterruptedException {
        Store store = test.getStore(Namespace.create(SharedMachine.class));
        // A nested class is constructed after the one around it, for the same test.
        if (isShared() && store.get("turn") == null) {
            boolean isQuiet = test.getRequiredTestClass().isAnnotationPresent(Quiet.class);
            store.put("turn", isQuiet ? enterQuietly() : enterTheCrowd());
        }
    }

    private static AutoCloseable enterTheCrowd() throws InterruptedException {
        LOCK.lock();
        try {
            waitingCrowd++;
            while (quiet > 0 || crowd == CROWD_AT_ONCE) {
                SOMEBODY_LEFT.await();
            }
            crowd++;
            return () -> leave(() -> crowd--);
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
            return () -> leave(() -> quiet--);
        } finally {
            LOCK.unlock();
        }
    }

    private static void leave(Runnable counted) {
        LOCK.lock();
        try {
            counted.run();
            SOMEBODY_LEFT.signalAll();
        } finally {
            LOCK.unlock();
        }
    }
}
