// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.samples.LifeCycleSamples;
import dev.rollproof.harness.samples.LifeCycleSamples.Seen;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is a test's own and what is shared, with each way in which JUnit runs tests. */
class LifeCycleTest {
    @BeforeEach
    void forget() {
        LifeCycleSamples.SEEN.clear();
    }

    private static List<Seen> run(Class<?> sample, int tests, String... parameters) {
        Trial trial = Trial.of(sample, parameters);
        assertThat(trial.failures()).isEmpty();
        assertThat(trial.succeeded()).isEqualTo(tests);
        assertThat(LifeCycleSamples.SEEN).hasSize(tests);
        return List.copyOf(LifeCycleSamples.SEEN);
    }

    private static void assertNothingIsShared(List<Seen> seen) {
        assertThat(seen).extracting(Seen::namespace).doesNotHaveDuplicates();
        assertThat(seen).extracting(Seen::cluster).doesNotHaveDuplicates();
    }

    @Test
    void eachTestHasItsOwn() {
        List<Seen> seen = run(LifeCycleSamples.Plain.class, 2);
        assertNothingIsShared(seen);
        assertThat(seen).extracting(Seen::namespace).anyMatch(name -> name.matches("plain-first-[a-z0-9]{5}"));
    }

    @Test
    void nestedTestsHaveTheirOwnAndFindTheAnnotationAroundThem() {
        assertNothingIsShared(run(LifeCycleSamples.Outer.class, 2));
    }

    @Test
    void eachInvocationOfAParameterizedTestHasItsOwn() {
        List<Seen> seen = run(LifeCycleSamples.Parameterized.class, 3);
        assertNothingIsShared(seen);
        assertThat(seen)
                .extracting(Seen::namespace)
                .anyMatch(name -> name.matches("parameterized-takes-3-[a-z0-9]{5}"));
    }

    @Test
    void testsInParallelHaveTheirOwn() {
        assertNothingIsShared(run(
                LifeCycleSamples.Parallel.class,
                8,
                "junit.jupiter.execution.parallel.enabled",
                "true",
                "junit.jupiter.execution.parallel.config.strategy",
                "fixed",
                "junit.jupiter.execution.parallel.config.fixed.parallelism",
                "4"));
    }

    @Test
    void whatAClassTakesItsTestsShareNestedOnesToo() {
        for (Class<?> sharing : List.of(
                LifeCycleSamples.StaticField.class,
                LifeCycleSamples.BeforeAll.class,
                LifeCycleSamples.PerClass.class)) {
            LifeCycleSamples.SEEN.clear();
            List<Seen> seen = run(sharing, 2);
            assertThat(seen)
                    .extracting(Seen::namespace)
                    .as(sharing.getName())
                    .containsOnly(seen.get(0).namespace());
            assertThat(seen)
                    .extracting(Seen::cluster)
                    .as(sharing.getName())
                    .containsOnly(seen.get(0).cluster());
        }
    }

    @Test
    void oneAnnotatedMethodIsEnough() {
        run(LifeCycleSamples.OneMethod.class, 1);
    }

    @Test
    void constructorsTakeParametersToo() {
        assertNothingIsShared(run(LifeCycleSamples.Constructed.class, 2));
    }

    @Test
    void aBuilderSaysWhatToSimulate() {
        run(LifeCycleSamples.Registered.class, 1);
    }

    @Test
    void aTestThatTakesNothingStartsNothing() {
        Trial trial = Trial.of(LifeCycleSamples.Idle.class);
        assertThat(trial.failures()).isEmpty();
        assertThat(LifeCycleSamples.BUILT).hasValue(0);
    }

    @Test
    void observationsEndWithTheirTest() {
        run(LifeCycleSamples.Observing.class, 1);
        int told = LifeCycleSamples.TOLD.get();
        LifeCycleSamples.SEEN.get(0).cluster().advance(java.time.Duration.ofMinutes(1));
        assertThat(LifeCycleSamples.TOLD).hasValue(told);
    }
}
