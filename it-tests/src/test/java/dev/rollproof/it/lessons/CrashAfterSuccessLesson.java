// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A version that gets ready, and crashes some seconds later, again and again. The moment it was ready, the rollout was complete:
 * the controller says so, kubectl says so, and a verdict would say so, too.
 *
 * <p>Complete is not the end. Who asks that it stays complete for a while, by {@code stableFor}, sees the crash.
 */
class CrashAfterSuccessLesson extends Lesson {
    @Test
    void askedToStayCompleteForAWhileTheRolloutFails() throws InterruptedException {
        // given a version that crashes some seconds after each start, when it has long been ready, and was seen to be
        Duration life = isThroughTheDoor() ? ofSeconds(30) : ofSeconds(8);
        Duration longer = life.plus(life).plus(ofSeconds(4));
        Clock crashing = clock().replicas(2).version("1.1").crashesAfter(life);

        // when it is rolled out for who is content when it is complete, and for kubectl, and for who waits and sees
        Deployment applied = actions().apply(crashing.deployment());
        Optional<Kubectl> kubectl = Kubectl.rolloutStatus(k3s, crashing.ref(), A_MINUTE);
        Verdict complete = verify(applied);
        Verdict later = Rollout.of(crashing.deployment())
                .by(RollingUpdate.of())
                .with(VerifierOptions.defaults()
                        .withTimeout(A_MINUTE.plus(longer))
                        .withStableFor(longer))
                .run(cluster);

        // then the first two see a success, and the third the crashes
        assertThat(complete.isComplete()).as(complete.summary()).isTrue();
        if (kubectl.isPresent()) {
            Kubectl.Status status = kubectl.get().await();
            figure("crashes after it was ready: %s", status);
            assertThat(status.exit()).isZero();
        }
        assertThat(later).as(later.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(later.evidence().causes().get(0))
                .extracting(Cause::reason, Cause::message)
                .containsExactly("CrashLoopBackOff", "container \"web\" crashed 2 times with exit 7");
        figure("crashes after it was ready, asked to be stable for %s: \"%s\"", seconds(longer), later.summary());
    }
}
