// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private final EventLoop loop = new EventLoop(EPOCH);
    private final List<String> ran = new ArrayList<>();

    @Test
    void eventsRunByTimeAndThenByWhenTheyWereScheduled() {
        loop.after(Duration.ofSeconds(2), () -> ran.add("late"));
        loop.after(Duration.ofSeconds(1), () -> ran.add("first"));
        loop.after(Duration.ofSeconds(1), () -> ran.add("second"));
        loop.advance(Duration.ofSeconds(3));
        assertThat(ran).containsExactly("first", "second", "late");
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(3));
    }

    @Test
    void whatLiesBeyondStaysInTheQueue() {
        loop.after(Duration.ofSeconds(2), () -> ran.add("late"));
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("late");
    }

    @Test
    void aWaitStopsTheClockWhenItsConditionHolds() throws InterruptedException {
        loop.after(Duration.ofSeconds(5), () -> ran.add("done"));
        loop.after(Duration.ofSeconds(9), () -> ran.add("not reached"));
        assertThat(loop.awaitUntil(EPOCH.plusSeconds(60), () -> !ran.isEmpty())).isTrue();
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(5));
        assertThat(ran).containsExactly("done");
    }

    @Test
    void aWaitForNothingEndsAtItsDeadline() throws InterruptedException {
        assertThat(loop.awaitUntil(EPOCH.plusSeconds(60), () -> false)).isFalse();
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(60));
    }

    @Test
    void aWaitUntilAPastTimeDoesNotTurnTheClockBack() throws InterruptedException {
        loop.advance(Duration.ofSeconds(10));
        assertThat(loop.awaitUntil(EPOCH, () -> false)).isFalse();
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(10));
    }

    @Test
    void eventsMayScheduleEvents() {
        loop.after(Duration.ofSeconds(1), () -> loop.after(Duration.ofSeconds(1), () -> ran.add("inner")));
        loop.advance(Duration.ofSeconds(2));
        assertThat(ran).containsExactly("inner");
        assertThat(loop.executed()).isEqualTo(2);
    }

    @Test
    void aNegativeDelayIsNow() {
        loop.after(Duration.ofSeconds(-5), () -> ran.add("now"));
        loop.advance(Duration.ZERO);
        assertThat(ran).containsExactly("now");
    }

    @Test
    void anInterruptEndsAWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> loop.awaitUntil(EPOCH.plusSeconds(1), () -> false))
                .isInstanceOf(InterruptedException.class);
    }
}
