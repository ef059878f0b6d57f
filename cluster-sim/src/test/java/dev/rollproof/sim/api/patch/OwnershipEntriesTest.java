// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The entries of who owns what: their times and their order, and what is read of those that come back. */
class OwnershipEntriesTest {
    private static final FieldSet FIELDS = FieldSet.of(Map.of("data", Map.of("a", "1")));

    private static Ownership updated(String manager, String subresource, String at) {
        return Ownership.ofUpdater(new FieldManager(manager, subresource), FIELDS, at);
    }

    private static List<String> told(Ownership ownership) {
        return OwnershipEntries.of(ownership, "v1").stream()
                .map(entry -> entry.getManager() + " " + entry.getOperation() + " " + entry.getSubresource() + " "
                        + entry.getTime())
                .toList();
    }

    @Test
    void whoAppliesComesFirstThenTheEarlierThenTheName() {
        Ownership all = updated("b", "", "2026-01-01T00:00:02Z")
                .plus(updated("a", "", "2026-01-01T00:00:02Z"))
                .plus(updated("a", "status", "2026-01-01T00:00:02Z"))
                .plus(updated("z", "", "2026-01-01T00:00:01Z"))
                .plus(Ownership.ofApplier(FieldManager.of("y"), FIELDS, "2026-01-01T00:00:03Z"))
                .plus(Ownership.ofApplier(FieldManager.of("x"), FIELDS, "2026-01-01T00:00:04Z"))
                .plus(new Ownership(Map.of(), Map.of(new FieldManager("scaler", "scale"), FIELDS), OwnerTimes.none()));
        assertThat(told(all))
                .containsExactly(
                        "y Apply null 2026-01-01T00:00:03Z",
                        "x Apply null 2026-01-01T00:00:04Z",
                        "scaler Update scale null",
                        "z Update null 2026-01-01T00:00:01Z",
                        "a Update null 2026-01-01T00:00:02Z",
                        "a Update status 2026-01-01T00:00:02Z",
                        "b Update null 2026-01-01T00:00:02Z");
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        Ownership all = updated("b", "", "2026-01-01T00:00:02Z")
                .plus(Ownership.ofApplier(FieldManager.of("b"), FIELDS, "2026-01-01T00:00:03Z"))
                .plus(new Ownership(Map.of(), Map.of(new FieldManager("scaler", "scale"), FIELDS), OwnerTimes.none()));
        assertThat(OwnershipEntries.read(OwnershipEntries.of(all, "v1"))).isEqualTo(all);
    }

    private static Map<FieldManager, String> timesRead(String text) {
        List<ManagedFieldsEntry> entries = OwnershipEntries.of(updated("b", "", "2026-01-01T00:00:02Z"), "v1");
        entries.get(0).setTime(text);
        return OwnershipEntries.read(entries).times().updated();
    }

    @Test
    void timesAreReadInWholeSecondsAndInUtc() {
        assertThat(timesRead("2026-01-01T02:00:02.999+02:00"))
                .isEqualTo(Map.of(FieldManager.of("b"), "2026-01-01T00:00:02Z"));
        assertThat(timesRead("yesterday")).isEmpty();
    }
}
