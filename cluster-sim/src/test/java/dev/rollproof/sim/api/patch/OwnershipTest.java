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

    @Test
    void anObjectThatLosesItsLastFieldIsAFieldItself() {
        Map<String, Object> before = Map.of("spec", Map.of("selector", Map.of("app", "clock")));
        Map<String, Object> after = Map.of("spec", Map.of("selector", Map.of()));
        Ownership owners = new Ownership(Map.of(), Map.of(ONE, FieldSet.of(before)), OwnerTimes.none())
                .update(before, after, TWO, null);
        assertThat(owners.updated()).isEqualTo(Map.of(TWO, new FieldSet(Set.of(List.of("spec", "selector")))));
    }
}
