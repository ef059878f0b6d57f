// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SystemTimeTest {
    private final Time time = Time.system();

    @Test
    void timeNeverGoesBack() {
        Instant last = time.now();
        for (int i = 0; i < 10_000; i++) {
            Instant next = time.now();
            assertThat(next).isAfterOrEqualTo(last);
            last = next;
        }
    }

    @Test
    void aConditionThatHoldsIsNotWaitedFor() throws InterruptedException {
        assertThat(time.awaitUntil(time.now().minusSeconds(1), () -> true)).isTrue();
    }

    @Test
    void aDeadlineThatHasPassedEndsTheWait() throws InterruptedException {
        assertThat(time.awaitUntil(time.now().plusMillis(5), () -> false)).isFalse();
    }

    @Test
    void aWakeUpHasTheConditionLookedAtAtOnce() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch looked = new CountDownLatch(1);
        FutureTask<Boolean> waiter =
                new FutureTask<>(() -> time.awaitUntil(time.now().plus(Duration.ofMinutes(1)), () -> {
                    looked.countDown();
                    return done.get();
                }));
        new Thread(waiter, "waiter").start();
        looked.await();
        done.set(true);
        time.wakeUp();
        assertThat(waiter.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void atASpeedManySecondsPassInOne() throws InterruptedException {
        Time fast = Time.atSpeed(100_000);
        Instant start = fast.now();
        assertThat(fast.awaitUntil(start.plus(Duration.ofHours(1)), () -> false))
                .isFalse();
        assertThat(fast.now()).isAfterOrEqualTo(start.plus(Duration.ofHours(1)));
        assertThat(fast.toString()).matches("system time at speed 100000\\.0, in use for \\d+ s");
    }

    @Test
    void aSpeedThatIsNoneIsRefused() {
        for (double speed : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Time.atSpeed(speed))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("speed is " + speed + "; give a positive number, such as 10");
        }
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> time.awaitUntil(time.now().plusSeconds(60), () -> false))
                .isInstanceOf(InterruptedException.class);
    }
}
