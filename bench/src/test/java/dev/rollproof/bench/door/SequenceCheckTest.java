// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The check itself: fed with sequences that are right, and with every kind that is not. */
class SequenceCheckTest {
    private static final Written WRITTEN = new Written()
            .add("a", "ADDED", 1)
            .add("b", "ADDED", 2)
            .add("a", "MODIFIED", 3)
            .add("a", "DELETED", Written.UNTOLD)
            .add("a", "ADDED", 6);

    private static Seen begun() {
        return new Seen().add("a", "ADDED", 1).add("b", "ADDED", 2).add("a", "MODIFIED", 3);
    }

    private static java.util.List<String> faults(Seen seen) {
        return new SequenceCheck(WRITTEN).faults(seen);
    }

    @Test
    void everyWriteOnceInItsOrderIsRight() {
        assertThat(faults(begun().add("a", "DELETED", 5).add("a", "ADDED", 6))).isEmpty();
    }

    @Test
    void theOrderBetweenObjectsIsFree() {
        assertThat(faults(new Seen()
                        .add("a", "ADDED", 1)
                        .add("a", "MODIFIED", 3)
                        .add("a", "DELETED", 5)
                        .add("b", "ADDED", 2)
                        .add("a", "ADDED", 6)))
                .isEmpty();
    }

    @Test
    void aLostEventIsFoundInTheMiddle() {
        assertThat(faults(begun().add("a", "ADDED", 6))).containsExactly("a: DELETED was not told");
        assertThat(faults(new Seen()
                        .add("a", "ADDED", 1)
                        .add("b", "ADDED", 2)
                        .add("a", "DELETED", 5)
                        .add("a", "ADDED", 6)))
                .containsExactly("a: MODIFIED at version 3 was not told");
    }

    @Test
    void aLostEventIsFoundAtTheEnd() {
        assertThat(faults(begun().add("a", "DELETED", 5))).containsExactly("a: ADDED at version 6 was not told");
    }

    @Test
    void anObjectThatWasNeverToldOfIsFound() {
        assertThat(faults(new Seen()
                        .add("a", "ADDED", 1)
                        .add("a", "MODIFIED", 3)
                        .add("a", "DELETED", 5)
                        .add("a", "ADDED", 6)))
                .containsExactly("b: ADDED at version 2 was not told");
        assertThat(faults(new Seen())).hasSize(5);
    }

    @Test
    void aDoubledEventIsFound() {
        assertThat(faults(begun().add("a", "MODIFIED", 3).add("a", "DELETED", 5).add("a", "ADDED", 6)))
                .containsExactly("a: MODIFIED at version 3 was told twice");
        assertThat(faults(begun().add("a", "DELETED", 5).add("a", "ADDED", 6).add("a", "DELETED", 5)))
                .containsExactly("a: DELETED at version 5 was told twice");
    }

    @Test
    void eventsOutOfOrderAreFound() {
        assertThat(faults(new Seen()
                        .add("b", "ADDED", 2)
                        .add("a", "MODIFIED", 3)
                        .add("a", "ADDED", 1)
                        .add("a", "DELETED", 5)
                        .add("a", "ADDED", 6)))
                .containsExactly(
                        "a: ADDED at version 1 was not told", "a: ADDED at version 1 was told after version 3");
    }

    @Test
    void whatNobodyWroteIsFound() {
        assertThat(faults(begun().add("a", "DELETED", 5).add("a", "ADDED", 6).add("c", "ADDED", 7)))
                .containsExactly("c: ADDED at version 7 was never written");
        assertThat(faults(begun().add("a", "DELETED", 5).add("a", "ADDED", 6).add("a", "MODIFIED", 8)))
                .containsExactly("a: MODIFIED at version 8 was never written");
    }
}
