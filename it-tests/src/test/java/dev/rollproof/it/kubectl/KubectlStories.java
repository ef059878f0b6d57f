// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import java.util.List;

/** What people do with kubectl, command by command; each story in a namespace of its own. */
enum KubectlStories {
    APPLY(ObjectStories.APPLY),
    WRONG_TYPES(ObjectStories.WRONG_TYPES),
    WARNINGS(WarningStories.WARNINGS),
    SERVER_SIDE_APPLY(ObjectStories.SERVER_SIDE_APPLY),
    ROLLOUT(RolloutStories.ROLLOUT),
    CHANGES(ObjectStories.CHANGES),
    READING(ReadingStories.READING),
    DESCRIPTION(ReadingStories.DESCRIPTION),
    WAITING(RolloutStories.WAITING),
    ABOUT(ReadingStories.ABOUT),
    PODS(PodStories.PODS),
    CREATION(ObjectStories.CREATION),
    DELETION(ObjectStories.DELETION),
    STATEFUL_SET(RolloutStories.STATEFUL_SET),
    DAEMON_SET(RolloutStories.DAEMON_SET),
    BUDGET(PodStories.BUDGET),
    BINDING(PodStories.BINDING),
    GATES_AND_SIDECARS(PodStories.GATES_AND_SIDECARS),
    COLLECTIONS(ObjectStories.COLLECTIONS),
    ROLES(PodStories.ROLES),
    VOLUMES(VolumeStories.VOLUMES),
    CLAIMS(VolumeStories.CLAIMS);

    /**
     * One command.
     *
     * @param input what it reads from standard input
     * @param exit what it ends with
     * @param compared how much of its output is to be the same on real Kubernetes
     */
    record Step(List<String> arguments, String input, String editor, int exit, Compared compared) {
        Step exits(int code) {
            return new Step(arguments, input, editor, code, compared);
        }

        private Step compared(Compared part) {
            return new Step(arguments, input, editor, exit, part);
        }

        Step exitOnly() {
            return compared(Compared.EXIT);
        }

        Step lastLineOnly() {
            return compared(Compared.LAST_LINE);
        }

        Step inAnyOrder() {
            return compared(Compared.UNORDERED);
        }

        Step labelsOnly() {
            return compared(Compared.LABELS);
        }

        Step firstLineOnly() {
            return compared(Compared.FIRST_LINE);
        }

        Step noMoreThanReal() {
            return compared(Compared.PART);
        }

        Step editedBy(String command) {
            return new Step(arguments, input, command, exit, compared);
        }

        Step in(String namespace) {
            return new Step(
                    arguments.stream()
                            .map(argument -> argument.replace("NAMESPACE", namespace))
                            .toList(),
                    input,
                    editor,
                    exit,
                    compared);
        }

        @Override
        public String toString() {
            return "kubectl " + String.join(" ", arguments);
        }
    }

    /** How much of the output counts. */
    enum Compared {
        ALL,
        FIRST_LINE,
        LAST_LINE,
        /** What each line is about, and not what it says of it: where machines differ. Real ones have more lines, between these. */
        LABELS,
        /** Every line of the simulated cluster's is one of the real one's, which has more. */
        PART,
        /** In any order, and twice as good as once. */
        UNORDERED,
        EXIT
    }

    @SuppressWarnings("ImmutableEnumChecker") // List.of is.
    private final List<Step> steps;

    KubectlStories(List<Step> steps) {
        this.steps = steps;
    }

    List<Step> steps() {
        return steps;
    }
}
