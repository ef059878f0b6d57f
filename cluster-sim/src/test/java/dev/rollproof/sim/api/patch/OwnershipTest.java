// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who owns what after a write that changed a few fields: found without looking at all the others. */
class OwnershipTest {
    private static final FieldManager ONE = FieldManager.of("one");
    private static final FieldManager TWO = FieldManager.of("two");

    private static final List<String> FIELDS = List.of("a", "b", "containers");

    private static Map<String, Object> tree(Random random, int depth) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (String field : FIELDS) {
            switch (random.nextInt(4)) {
                case 0 -> tree.put(field, random.nextInt(2));
                case 1 -> tree.put(field, depth == 0 ? Map.of() : tree(random, depth - 1));
                case 2 -> tree.put(field, list(random, depth));
                default -> {}
            }
        }
        return tree;
    }

    private static List<Object> list(Random random, int depth) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            Map<String, Object> item = depth == 0 ? new LinkedHashMap<>() : tree(random, depth - 1);
            item.put("name", "item-" + i);
            items.add(item);
        }
        return items;
    }

    /** The rule itself, field by field. */
    private static Set<List<Object>> taken(Map<?, ?> before, Map<?, ?> after) {
        Set<List<Object>> taken = new LinkedHashSet<>();
        for (List<Object> path : FieldSet.of(after).paths()) {
            Object was = FieldSet.at(before, path);
            boolean item = path.get(path.size() - 1) instanceof FieldSet.Item;
            if (item ? was == null : !Objects.equals(was, FieldSet.at(after, path))) {
                taken.add(path);
            }
        }
        return taken;
    }

    @Test
    void theWriterTakesWhatItChangedAndWhatIsGoneIsNobodys() {
        for (int seed = 1; seed <= 3_000; seed++) {
            Random random = new Random(seed);
            Map<String, Object> before = tree(random, 3);
            Map<String, Object> after = random.nextInt(3) == 0 ? tree(random, 3) : new LinkedHashMap<>(before);
            after.put("b", random.nextBoolean() ? tree(random, 2) : before.getOrDefault("b", 1));
            FieldSet first = FieldSet.of(before);
            FieldSet taken = new FieldSet(taken(before, after));
            FieldSet left = first.minus(taken.plus(first.minus(FieldSet.of(after))));

            Ownership owners =
                    new Ownership(Map.of(), Map.of(ONE, first), OwnerTimes.none()).update(before, after, TWO, null);

            assertThat(owners.updated().getOrDefault(TWO, FieldSet.empty()))
                    .as("seed %d: of %s, after %s", seed, after, before)
                    .isEqualTo(taken);
            assertThat(owners.updated().getOrDefault(ONE, FieldSet.empty()))
                    .as("seed %d: left of %s, after %s", seed, before, after)
                    .isEqualTo(left);
        }
    }

    private static Ownership madeByOne(String at) {
        return Ownership.ofUpdater(ONE, FieldSet.of(data("1")), at);
    }

    private static Map<String, Object> data(String value) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("data", new LinkedHashMap<>(Map.of("a", value, "b", value)));
        return tree;
    }

    @Test
    void whoWritesSomethingHasThatTimeAndWhoLosesItKeepsHis() {
        Map<String, Object> after = Map.of("data", Map.of("a", "2", "b", "1"));
        OwnerTimes times = madeByOne("t1").update(data("1"), after, TWO, "t2").times();
        assertThat(times.updated()).isEqualTo(Map.of(ONE, "t1", TWO, "t2"));
        assertThat(madeByOne("t1").update(data("1"), after, ONE, "t2").times().updated())
                .isEqualTo(Map.of(ONE, "t2"));
    }

    @Test
    void whoOnlyTakesFieldsOutHasNoNewTimeAndWhoOwnsNothingMoreHasNone() {
        Map<String, Object> less = Map.of("data", Map.of("a", "1"));
        assertThat(madeByOne("t1").update(data("1"), less, ONE, "t2").times().updated())
                .isEqualTo(Map.of(ONE, "t1"));
        assertThat(madeByOne("t1")
                        .update(data("1"), data("2"), TWO, "t2")
                        .times()
                        .updated())
                .isEqualTo(Map.of(TWO, "t2"));
    }

    @Test
    void aWriteWithoutTimeKeepsTheOneBefore() {
        Ownership scaled = madeByOne("t1").update(data("1"), Map.of("data", Map.of("a", "2", "b", "1")), TWO, null);
        assertThat(scaled.updated()).containsKey(TWO);
        assertThat(scaled.times().updated()).isEqualTo(Map.of(ONE, "t1"));
        assertThat(madeByOne("t1").update(data("1"), data("2"), ONE, null).times())
                .isEqualTo(madeByOne("t1").times());
    }

    @Test
    void whoAppliesHasTheTimeOfWhatThatChanged() {
        Ownership first =
                madeByOne("t1").apply(data("1"), data("2"), "two", true, "t2").ownership();
        assertThat(first.times().applied()).isEqualTo(Map.of(TWO, "t2"));
        // The one owns nothing more.
        assertThat(first.times().updated()).isEmpty();
        assertThat(first.apply(data("2"), data("2"), "two", true, "t3").ownership())
                .isEqualTo(first);
        Map<String, Object> less = Map.of("data", Map.of("a", "2"));
        assertThat(first.apply(data("2"), less, "two", true, "t3")
                        .ownership()
                        .times()
                        .applied())
                .isEqualTo(Map.of(TWO, "t3"));
    }

    @Test
    void whoAppliesWhatIsSoAlreadyHasNoTime() {
        Ownership both =
                madeByOne("t1").apply(data("1"), data("1"), "two", false, "t2").ownership();
        assertThat(both.applied()).containsOnlyKeys(TWO);
        assertThat(both.times().applied()).isEmpty();
        assertThat(both.times().updated()).isEqualTo(Map.of(ONE, "t1"));
    }

    @Test
    void entriesThatDifferInNothingButTimesAreTheSameInTheSameOrder() {
        FieldSet fields = FieldSet.of(data("1"));
        Ownership ordered = madeByOne("t1").plus(Ownership.ofUpdater(TWO, fields, "t2"));
        assertThat(ordered.isSameButForTimes(madeByOne("t3").plus(Ownership.ofUpdater(TWO, fields, "t3"))))
                .isTrue();
        assertThat(ordered.isSameButForTimes(madeByOne("t3").plus(Ownership.ofUpdater(TWO, fields, "t2"))))
                .isFalse();
        assertThat(ordered.isSameButForTimes(madeByOne("t1"))).isFalse();
        assertThat(ordered.isSameButForTimes(
                        Ownership.ofApplier(ONE, fields, "t1").plus(Ownership.ofUpdater(TWO, fields, "t2"))))
                .isFalse();
    }

    @Test
    void anObjectThatLosesItsLastFieldIsAFieldItself() {
        Map<String, Object> before = Map.of("spec", Map.of("selector", Map.of("app", "clock")));
        Map<String, Object> after = Map.of("spec", Map.of("selector", Map.of()));
        Ownership owners = new Ownership(Map.of(), Map.of(ONE, FieldSet.of(before)), OwnerTimes.none())
                .update(before, after, TWO, null);
        assertThat(owners.updated()).isEqualTo(Map.of(TWO, new FieldSet(Set.of(List.of("spec", "selector")))));
    }
}
