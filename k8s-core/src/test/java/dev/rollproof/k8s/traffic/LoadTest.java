// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LoadTest {
    private final Load load = Load.of("shop", "clock");

    @Test
    void theDefaultsAreFiftyASecondInBothLanes() {
        assertThat(load.perSecond()).isEqualTo(50);
        assertThat(load.interval()).isEqualTo(Duration.ofMillis(20));
        assertThat(load.lanes()).containsExactlyInAnyOrder(Lane.FRESH, Lane.KEPT_ALIVE);
        assertThat(load.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(load.baseline()).isEqualTo(Duration.ofSeconds(1));
        assertThat(load.path()).isEqualTo("/");
        assertThat(load.headers()).isEmpty();
        assertThat(load.target()).isEqualTo(new Target.OfService("shop", "clock", OptionalInt.empty()));
    }

    @Test
    void eachOptionChangesItselfOnly() {
        Load changed = load.withPort(8080)
                .withPath("/version?long=1")
                .withHeader("X-Tester", "yes")
                .withPerSecond(2.5)
                .withTimeout(Duration.ofMillis(300))
                .withLanes(Lane.FRESH)
                .withBaseline(Duration.ofSeconds(3))
                .withWarmUp(Duration.ZERO)
                .withLongest(Duration.ofHours(1));
        assertThat(changed.target()).isEqualTo(new Target.OfService("shop", "clock", OptionalInt.of(8080)));
        assertThat(changed.headers()).containsExactly(entry("X-Tester", "yes"));
        assertThat(changed.headers().get("x-tester")).isEqualTo("yes");
        assertThat(changed.path()).isEqualTo("/version?long=1");
        assertThat(changed.interval()).isEqualTo(Duration.ofMillis(400));
        assertThat(changed.timeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(changed.lanes()).containsExactly(Lane.FRESH);
        assertThat(changed.baseline()).isEqualTo(Duration.ofSeconds(3));
        assertThat(changed.warmUp()).isZero();
        assertThat(changed.longest()).isEqualTo(Duration.ofHours(1));
        assertThat(changed.target()).hasToString("Service/clock in shop");
    }

    @Test
    void aHostIsReachedWhereAGatewayIs() {
        Load toHost = Load.ofHost("clock.example.com");
        assertThat(toHost.target()).hasToString("http://clock.example.com");
        assertThat(toHost.target().hostHeader()).isEqualTo("clock.example.com");
        assertThatThrownBy(() -> toHost.withPort(80))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "a load to http://clock.example.com has no Service's port: the HTTPRoute's backends name theirs");
    }

    @Test
    void whatCannotBeSentIsRefusedWithTheValueInTheSentence() {
        refused(() -> Load.of("", "clock"), "namespace must not be blank");
        refused(() -> Load.of("shop", " "), "service must not be blank");
        refused(() -> load.withPort(0), "port must be from 1 to 65535, was 0");
        refused(() -> load.withPort(70_000), "port must be from 1 to 65535, was 70000");
        refused(
                () -> load.withPath("version"),
                "path must begin with / and have neither spaces nor other than ASCII characters, was \"version\"; escape"
                        + " them as %20");
        refused(() -> load.withPath("/a b\r\nHost: x"), "path must begin with / and have neither spaces");
        refused(
                () -> Load.ofHost("*.example.com"),
                "a host's name has lower case letters, digits, hyphens and dots, such as clock.example.com, was"
                        + " \"*.example.com\"");
        refused(
                () -> load.withHeader("X Tester", "yes"),
                "a header is a name without spaces and a value of ASCII characters, was \"X Tester: yes\"");
        refused(() -> load.withHeader("X", "a\r\nY: b"), "a header is a name without spaces");
        refused(() -> load.withHeader("host", "x"), "the header Host is the target's: send to another host instead");
        refused(() -> load.withPerSecond(0), "perSecond must be more than 0 and at most 1000, was 0.0");
        refused(() -> load.withPerSecond(Double.NaN), "perSecond must be more than 0 and at most 1000, was NaN");
        refused(() -> load.withTimeout(Duration.ZERO), "timeout must be positive, was PT0S");
        refused(() -> load.withBaseline(Duration.ofSeconds(-1)), "baseline must be positive, was PT-1S");
        refused(() -> load.withWarmUp(Duration.ofSeconds(-1)), "warmUp must not be negative, was PT-1S");
        refused(() -> load.withLongest(Duration.ZERO), "longest must be positive, was PT0S");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
