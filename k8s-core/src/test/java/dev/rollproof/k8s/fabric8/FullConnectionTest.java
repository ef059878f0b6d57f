// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.time.Time;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** An HTTP/2 connection carries a hundred requests at once, and Java's client refuses the next. */
class FullConnectionTest {
    private final AtomicInteger tries = new AtomicInteger();
    private final PassingTime time = new PassingTime();
    private final Failures failures = new Failures("https://there:6443/", time);

    /** Waiting takes no time. */
    private static final class PassingTime implements Time {
        private Instant now = Instant.EPOCH;
        private boolean interrupts;

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public boolean awaitUntil(Instant deadline, BooleanSupplier condition) throws InterruptedException {
            if (interrupts) {
                throw new InterruptedException();
            }
            now = deadline;
            return false;
        }

        @Override
        public void wakeUp() {}
    }

    private String answeredAfter(int refusals, String why) {
        return failures.translate(() -> {
            if (tries.incrementAndGet() <= refusals) {
                throw new KubernetesClientException("Operation: [get] failed.", new IOException(why));
            }
            return "answered";
        });
    }

    @Test
    void aRequestThatHadNoRoomIsMadeAgain() {
        assertThat(answeredAfter(3, "too many concurrent streams")).isEqualTo("answered");
        assertThat(time.now()).isEqualTo(Instant.EPOCH.plusMillis(300));
    }

    @Test
    void afterASecondWithoutRoomItSaysWhatToDo() {
        assertThatThrownBy(() -> answeredAfter(1000, "too many concurrent streams"))
                .isInstanceOf(ClusterException.class)
                .hasMessage(
                        "the connection to the cluster at https://there:6443/ has no room for another request; make fewer at once,"
                                + " or by more than one client");
        assertThat(Duration.between(Instant.EPOCH, time.now())).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aRequestThatMayHaveBeenSentIsNotMadeAgain() {
        assertThatThrownBy(() -> answeredAfter(1, "Connection reset"))
                .hasMessage("the cluster at https://there:6443/ cannot be reached: Connection reset");
        assertThat(tries).hasValue(1);
    }

    @Test
    void whoIsInterruptedWhileItWaitsForRoomIsNotKept() {
        time.interrupts = true;
        assertThatThrownBy(() -> answeredAfter(1, "too many concurrent streams"))
                .isInstanceOf(ClusterException.class);
        assertThat(tries).hasValue(1);
        assertThat(Thread.interrupted()).isTrue();
    }
}
