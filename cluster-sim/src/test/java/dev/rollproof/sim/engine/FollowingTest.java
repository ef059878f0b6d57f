// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Virtual time that follows another: it passes by itself, and nobody's waiting moves it. The other one is a test's own here. */
@Timeout(20)
class FollowingTest {
    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private final EventLoop loop = new EventLoop(EPOCH);
    private final AtomicLong behind = new AtomicLong();
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

    private void follow() {
        loop.follow(() -> behind.getAndSet(0));
    }

    private void passes(Duration time) {
        behind.addAndGet(time.toNanos());
    }

    /** Somebody waits on a thread of his own; returns when he has begun to. */
    private CompletableFuture<Boolean> waiting(Instant deadline, AtomicBoolean condition) throws InterruptedException {
        CountDownLatch looked = new CountDownLatch(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread waiter = new Thread(
                () -> {
                    try {
                        ended.complete(loop.awaitUntil(deadline, () -> {
                            looked.countDown();
                            return condition.get();
                        }));
                    } catch (InterruptedException | RuntimeException failed) {
                        ended.completeExceptionally(failed);
                    }
                },
                "waiter");
        waiter.setDaemon(true);
        waiter.start();
        looked.await();
        return ended;
    }

    @Test
    void whoeverComesFromOutsideFindsItAtThePresent() {
        loop.after(Duration.ofSeconds(2), () -> ran.add("due"));
        follow();
        passes(Duration.ofSeconds(3));
        assertThat(loop.call(() -> List.copyOf(ran))).containsExactly("due");
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(3));
        passes(Duration.ofSeconds(1));
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(4));
    }

    @Test
    void anEventHappensAtItsOwnTimeHoweverLateItIsRun() {
        loop.after(Duration.ofSeconds(2), () -> {
            ran.add(String.valueOf(loop.now()));
            ran.add(loop.call(() -> String.valueOf(loop.now())));
        });
        loop.after(Duration.ofSeconds(3), () -> ran.add("next"));
        follow();
        passes(Duration.ofSeconds(5));
        loop.catchUp();
        assertThat(ran).containsExactly("2026-01-01T00:00:02Z", "2026-01-01T00:00:02Z", "next");
    }

    @Test
    void aWaitRunsNoEventsAndEndsWhenItsMomentHasCome() throws Exception {
        loop.after(Duration.ofSeconds(1), () -> ran.add("first"));
        follow();
        CompletableFuture<Boolean> wait = waiting(EPOCH.plusSeconds(5), new AtomicBoolean());
        passes(Duration.ofSeconds(4));
        loop.catchUp();
        assertThat(loop.elapsedNanos()).isEqualTo(Duration.ofSeconds(4).toNanos());
        assertThat(wait).isNotDone();
        passes(Duration.ofSeconds(1));
        loop.catchUp();
        assertThat(wait.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(loop.elapsedNanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(ran).containsExactly("first");
    }

    @Test
    void aWaitHasWhoeverDrivesTheEventsComeByAtItsEnd() throws Exception {
        AtomicInteger told = new AtomicInteger();
        follow();
        loop.onEarlierEvent(told::incrementAndGet);
        CompletableFuture<Boolean> wait = waiting(EPOCH.plusSeconds(5), new AtomicBoolean());
        assertThat(told).hasValue(1);
        assertThat(loop.nanosToNext()).isEqualTo(Duration.ofSeconds(5).toNanos());
        passes(Duration.ofSeconds(5));
        loop.catchUp();
        assertThat(wait.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(loop.nanosToNext()).as("what it leaves behind").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aConditionThatAnEventOrSomebodyElseMakesTrueEndsAWait() throws Exception {
        AtomicBoolean byEvent = new AtomicBoolean();
        AtomicBoolean bySomebody = new AtomicBoolean();
        loop.after(Duration.ofSeconds(1), () -> byEvent.set(true));
        follow();
        CompletableFuture<Boolean> first = waiting(EPOCH.plusSeconds(60), byEvent);
        CompletableFuture<Boolean> second = waiting(Instant.MAX, bySomebody);
        passes(Duration.ofSeconds(1));
        loop.catchUp();
        assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(second).isNotDone();
        bySomebody.set(true);
        loop.wakeUp();
        assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(loop.nanosToNext()).as("what they leave behind").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void noneOfItPassesBeforeWhoeverWaitedForThisMomentIsAwake() throws Exception {
        loop.after(Duration.ofSeconds(6), () -> ran.add("too early for him"));
        follow();
        CompletableFuture<Boolean> wait = waiting(EPOCH.plusSeconds(5), new AtomicBoolean());
        passes(Duration.ofSeconds(60));
        loop.catchUp();
        assertThat(wait.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(loop.elapsedNanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(ran).isEmpty();
        passes(Duration.ofSeconds(1));
        loop.catchUp();
        assertThat(ran).containsExactly("too early for him");
    }

    @Test
    void advancingStillAddsToIt() throws Exception {
        follow();
        CompletableFuture<Boolean> wait = waiting(EPOCH.plusSeconds(60), new AtomicBoolean());
        loop.advance(Duration.ofSeconds(60));
        assertThat(wait.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void whoeverWaitsWhenItStandsStillAgainRunsTheRestHimself() throws Exception {
        loop.after(Duration.ofSeconds(30), () -> ran.add("late"));
        follow();
        CompletableFuture<Boolean> wait = waiting(EPOCH.plusSeconds(60), new AtomicBoolean());
        passes(Duration.ofSeconds(1));
        loop.followNothing();
        assertThat(wait.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(ran).containsExactly("late");
        assertThat(loop.now()).isEqualTo(EPOCH.plusSeconds(60));
    }

    @Test
    void itFollowsOneOnly() {
        follow();
        assertThatThrownBy(this::follow)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it is being served; close that server first");
        loop.followNothing();
        follow();
    }

    @Test
    void anEventCannotWaitForIt() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        loop.after(Duration.ofSeconds(1), () -> {
            try {
                loop.awaitUntil(EPOCH.plusSeconds(2), () -> false);
            } catch (IllegalStateException expected) {
                refused.incrementAndGet();
            } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
            }
        });
        follow();
        passes(Duration.ofSeconds(1));
        loop.catchUp();
        assertThat(refused).hasValue(1);
    }

    @Test
    void anInterruptEndsAWaitAndLeavesNothingBehind() throws Exception {
        follow();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> loop.awaitUntil(EPOCH.plusSeconds(1), () -> false))
                .isInstanceOf(InterruptedException.class);
        assertThat(loop.nanosToNext()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aConditionThatFailsEndsAWaitAndLeavesNothingBehind() {
        follow();
        assertThatThrownBy(() -> loop.awaitUntil(EPOCH.plusSeconds(1), () -> {
                    throw new IllegalArgumentException("no condition");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(loop.nanosToNext()).isEqualTo(Long.MAX_VALUE);
    }
}
