// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A state and who drives, as the annotation keeps them: one line of JSON that a person can read too. */
final class StateText {
    private StateText() {}

    static <P extends Enum<P>> String of(State<P> state, String driver) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("driver", driver);
        tree.put("phase", state.phase().name());
        tree.put("step", state.step());
        tree.put("since", state.since().toString());
        state.ending().ifPresent(ending -> tree.put("ending", treeOf(ending)));
        return Models.toJson(tree);
    }

    private static Map<String, Object> treeOf(Ending ending) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", ending.kind().name());
        tree.put("why", ending.why());
        ending.since().ifPresent(since -> tree.put("since", since.toString()));
        List<Map<String, Object>> causes = new ArrayList<>();
        for (Cause cause : ending.causes()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("reason", cause.reason());
            one.put("message", cause.message());
            one.put("pod", cause.pod());
            one.put("container", cause.container());
            one.put("count", cause.count());
            causes.add(one);
        }
        tree.put("causes", causes);
        return tree;
    }

    /** Who drives, by the text of the annotation. */
    static String driver(String text) {
        return String.valueOf(parse(text).get("driver"));
    }

    /** At which step, by the text of the annotation. */
    static int step(String text) {
        return number(parse(text), "step");
    }

    static <P extends Enum<P>> State<P> state(String text, Class<P> phases) {
        Map<String, Object> tree = parse(text);
        try {
            return new State<>(
                    Enum.valueOf(phases, text(tree, "phase")),
                    number(tree, "step"),
                    Instant.parse(text(tree, "since")),
                    Optional.ofNullable(tree.get("ending")).map(StateText::ending));
        } catch (RuntimeException unknown) {
            throw unreadable(text, unknown);
        }
    }

    private static Ending ending(Object tree) {
        Map<?, ?> fields = (Map<?, ?>) tree;
        List<Cause> causes = new ArrayList<>();
        for (Object one : (List<?>) Objects.requireNonNull(fields.get("causes"))) {
            Map<?, ?> cause = (Map<?, ?>) one;
            causes.add(new Cause(
                    text(cause, "reason"),
                    text(cause, "message"),
                    text(cause, "pod"),
                    text(cause, "container"),
                    number(cause, "count")));
        }
        return new Ending(
                Ending.Kind.valueOf(text(fields, "kind")),
                text(fields, "why"),
                causes,
                Optional.ofNullable(fields.get("since")).map(since -> Instant.parse(since.toString())));
    }

    private static String text(Map<?, ?> tree, String field) {
        return Objects.requireNonNull(tree.get(field), field).toString();
    }

    private static int number(Map<?, ?> tree, String field) {
        return ((Number) Objects.requireNonNull(tree.get(field), field)).intValue();
    }

    private static Map<String, Object> parse(String text) {
        try {
            return Objects.requireNonNull(Models.parseJson(text));
        } catch (RuntimeException malformed) {
            throw unreadable(text, malformed);
        }
    }

    private static IllegalArgumentException unreadable(String text, RuntimeException why) {
        return new IllegalArgumentException(
                "the annotation " + Keeper.STATE + " is not one that this version can read: " + text
                        + "; remove it, after looking at what it left behind",
                why);
    }
}
