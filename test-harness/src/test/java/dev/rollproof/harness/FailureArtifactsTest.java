// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static dev.rollproof.harness.Reasons.CRASH_LOOP;
import static dev.rollproof.harness.RollproofAssertions.assertThat;

import dev.rollproof.harness.samples.FailingSamples;
import dev.rollproof.verifier.Replay;
import dev.rollproof.verifier.recording.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failed test leaves behind what is needed to see why; others leave nothing. */
class FailureArtifactsTest {
    @TempDir
    Path artifacts;

    private Trial run(Class<?> sample) {
        return Trial.of(sample, "rollproof.artifacts", artifacts.toString());
    }

    private List<String> folders() throws IOException {
        try (Stream<Path> files = Files.list(artifacts)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path folderOf(String test) throws IOException {
        assertThat(folders()).contains(FailingSamples.class.getName() + "." + test);
        return artifacts.resolve(FailingSamples.class.getName() + "." + test);
    }

    @Test
    void eventsObjectsAndTheWatchAreSaved() throws IOException {
        assertThat(run(FailingSamples.InItsBody.class).failures()).hasSize(1);
        Path folder = folderOf("InItsBody.aBrokenImage");
        assertThat(Files.readString(folder.resolve("events.txt")))
                .containsPattern(
                        "Z Normal Started Pod/clock-\\w+-\\w+ in in-its-body-a-broken-image-\\w+: Container started")
                .contains("Normal ScalingReplicaSet Deployment/clock");
        assertThat(Files.readString(folder.resolve("objects.yaml")))
                .contains("kind: \"Deployment\"")
                .contains("kind: \"ReplicaSet\"")
                .contains("kind: \"Pod\"")
                .contains("exitCode: 3")
                .doesNotContain("fieldsV1");
    }

    @Test
    void theSavedWatchIsJudgedAgain() throws IOException {
        run(FailingSamples.InItsBody.class);
        Recording recording = Recording.read(folderOf("InItsBody.aBrokenImage").resolve("watch.jsonl"));
        assertThat(Replay.of(recording).judge()).failed().because(CRASH_LOOP).saying("exit 3");
    }

    @Test
    void theSavedWatchOfAStatefulSetIsJudgedAgainToo() throws IOException {
        run(FailingSamples.OfAStatefulSet.class);
        Path folder = folderOf("OfAStatefulSet.aBrokenImage");
        assertThat(Files.readString(folder.resolve("objects.yaml"))).contains("kind: \"StatefulSet\"");
        assertThat(Replay.of(Recording.read(folder.resolve("watch.jsonl"))).judge())
                .failed()
                .because(CRASH_LOOP)
                .saying("exit 3; with OrderedReady it stays");
    }

    @Test
    void failuresBeforeAndAfterATestCountToo() throws IOException {
        run(FailingSamples.BeforeIt.class);
        run(FailingSamples.AfterIt.class);
        assertThat(folderOf("BeforeIt.fine").resolve("watch.jsonl")).exists();
        assertThat(folderOf("AfterIt.fine").resolve("watch.jsonl")).exists();
    }

    @Test
    void eachTestOfASharedClusterHasAFolderOfItsOwn() throws IOException {
        assertThat(run(FailingSamples.OnASharedCluster.class).failures()).hasSize(2);
        assertThat(folders())
                .containsExactly(
                        FailingSamples.OnASharedCluster.class.getName().replace('$', '.') + ".first",
                        FailingSamples.OnASharedCluster.class.getName().replace('$', '.') + ".second");
    }

    @Test
    void onlyTheInvocationsThatFailAreSaved() throws IOException {
        assertThat(run(FailingSamples.OnlyTheSecond.class).failures()).hasSize(1);
        assertThat(folders())
                .containsExactly(FailingSamples.OnlyTheSecond.class.getName().replace('$', '.') + ".invocation-2");
    }

    @Test
    void testsThatPassOrAreAbortedLeaveNothing() throws IOException {
        Trial trial = run(FailingSamples.NotAtAll.class);
        assertThat(trial.succeeded()).isEqualTo(1);
        assertThat(trial.aborted()).hasSize(1);
        assertThat(folders()).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenHidesNoFailure() throws IOException {
        Path file = Files.writeString(artifacts.resolve("file"), "");
        Trial trial = Trial.of(FailingSamples.InItsBody.class, "rollproof.artifacts", file.toString());
        assertThat(trial.failures()).singleElement().asString().contains("wanted a verdict that says complete");
    }
}
