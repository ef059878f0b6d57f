// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rollproof.verifier.recording.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The simulated cluster earns its trust: each lesson is told by both clusters, and the stories are laid side by side. What one tells
 * and the other does not is listed in {@code docs/simulation.md} with the reason, and nothing else may differ.
 */
@Tag("stories")
class SameStoryTest {
    private static final Path SIMULATED = Path.of("target/rollproof/simulated");
    private static final Path KUBERNETES = Path.of("target/rollproof/kubernetes");
    private static final String LESSONS = "dev.rollproof.it.lessons.";
    /** So many simulated runs are searched for what a real one told; three of four lessons need none, the others some. */
    private static final int SEEDS = 1000;

    private static List<String> recorded(Path side) throws IOException {
        if (!Files.isDirectory(side)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(side)) {
            return folders.filter(folder -> Files.exists(folder.resolve("watch.jsonl")))
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith(LESSONS))
                    .sorted()
                    .toList();
        }
    }

    private static Path recording(Path side, String lesson) {
        return side.resolve(lesson).resolve("watch.jsonl");
    }

    @Test
    void everyLessonWasToldByBoth() throws IOException {
        if (!"k3s".equals(System.getProperty("rollproof.require"))) {
            assumeThat(recorded(KUBERNETES))
                    .as("no lesson was recorded on real Kubernetes")
                    .isNotEmpty();
        }
        assertThat(recorded(KUBERNETES)).containsAll(recorded(SIMULATED));
    }

    @TestFactory
    List<DynamicTest> nothingDiffersButWhatIsListed() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String lesson : recorded(KUBERNETES)) {
            tests.add(DynamicTest.dynamicTest(
                    lesson.substring(LESSONS.length()),
                    () -> assertThat(differences(lesson))
                            .as("differences that docs/simulation.md does not list")
                            .isEmpty()));
        }
        return tests;
    }

    /** Programs read fields: an object has the same ones on both, over all lessons together. */
    @Test
    void objectsHaveTheSameFields() throws IOException {
        List<String> both = new ArrayList<>(recorded(KUBERNETES));
        both.retainAll(recorded(SIMULATED));
        assumeThat(both).as("no lesson was recorded on real Kubernetes").isNotEmpty();
        SortedSet<String> real = new TreeSet<>();
        SortedSet<String> simulated = new TreeSet<>();
        for (String lesson : both) {
            real.addAll(Shape.of(recording(KUBERNETES, lesson)));
            simulated.addAll(Shape.of(recording(SIMULATED, lesson)));
        }
        Differences listed = Differences.listed();
        SortedSet<String> onlyReal = new TreeSet<>(real);
        onlyReal.removeAll(simulated);
        onlyReal.removeIf(listed::mayBeOnlyReal);
        SortedSet<String> onlySimulated = new TreeSet<>(simulated);
        onlySimulated.removeAll(real);
        onlySimulated.removeIf(listed::mayBeOnlySimulated);
        assertThat(onlyReal).as("fields that only real objects have").isEmpty();
        assertThat(onlySimulated).as("fields that only simulated objects have").isEmpty();
    }

    /**
     * Runs differ, on one cluster as between two. So what only the real one told is searched for in many simulated ones, and what only
     * the simulated one told differs only where they all tell it, in as much time as the real one had: its recording ends with its test.
     */
    private static List<String> differences(String lesson) throws Exception {
        Recording recorded = Recording.read(recording(KUBERNETES, lesson));
        Story real = Story.of(recorded);
        Story simulated = Story.of(Recording.read(recording(SIMULATED, lesson)));
        Differences listed = Differences.listed();
        SortedSet<String> onlyReal = new TreeSet<>(real.facts());
        onlyReal.removeAll(simulated.facts());
        onlyReal.removeIf(fact -> listed.mayBeOnlyReal(fact) || simulated.mayHaveBeenSilent(fact));
        SortedSet<String> onlySimulated = new TreeSet<>(simulated.words());
        onlySimulated.removeAll(real.words());
        onlySimulated.removeIf(fact -> listed.mayBeOnlySimulated(fact) || real.mayHaveBeenSilent(fact));
        if (!onlyReal.isEmpty() || !onlySimulated.isEmpty()) {
            Replayed replayed = Replayed.of(recording(KUBERNETES, lesson), recorded);
            for (long seed = 1; seed <= SEEDS && !(onlyReal.isEmpty() && onlySimulated.isEmpty()); seed++) {
                Replayed.Played again = replayed.play(seed);
                onlyReal.removeAll(again.whole().facts());
                onlySimulated.retainAll(again.asLong().words());
            }
        }
        List<String> differences = new ArrayList<>();
        onlyReal.forEach(fact -> differences.add("only on real Kubernetes: " + fact));
        onlySimulated.forEach(fact -> differences.add("only simulated: " + fact));
        return differences;
    }
}
