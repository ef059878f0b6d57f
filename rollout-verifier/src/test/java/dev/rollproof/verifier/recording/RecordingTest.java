// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Deployments;
import dev.rollproof.verifier.Replay;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.RolloutWatch;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.promises.Finding.Kept;
import dev.rollproof.verifier.promises.Promise;
import dev.rollproof.verifier.promises.PromiseReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTest {
    private static final String POD =
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\",\"uid\":\"u\"}}";

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("watch.jsonl"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"watch.jsonl", "watch.jsonl.gz"})
    void whatVerifyRecordsReplayJudgesTheSame(String name) throws InterruptedException {
        Path file = folder.resolve(name);
        Verdict live;
        try (SimulatedCluster cluster = SimulatedCluster.create();
                RecordingWriter writer = RecordingWriter.to(file, cluster.time())) {
            live = RolloutVerifier.on(cluster)
                    .onChange(writer)
                    .verify(RolloutActions.on(cluster).apply(Deployments.clock(3, "clock:1.0")));
        }
        Verdict replayed = Replay.of(Recording.read(file)).judge();
        assertThat(replayed.outcome()).isEqualTo("complete").isEqualTo(live.outcome());
        assertThat(replayed.evidence().elapsed()).isCloseTo(live.evidence().elapsed(), Duration.ofMillis(1));
        assertThat(replayed.evidence().generation()).isEqualTo(live.evidence().generation());
    }

    /** Most of a timeout is silence, which no change tells of. */
    @Test
    void aTimeoutIsReplayedAsOneAndBeforeItTheRecordingIsNoVerdict() throws InterruptedException {
        Path file = folder.resolve("watch.jsonl");
        VerifierOptions options = VerifierOptions.defaults().withTimeout(Duration.ofSeconds(90));
        try (SimulatedCluster cluster = SimulatedCluster.create();
                RecordingWriter writer = RecordingWriter.to(file, cluster.time())) {
            cluster.images().declare("clock:1.0", ImageBehavior.wellBehaved().neverReady());
            RolloutVerifier verifier = RolloutVerifier.on(cluster).with(options).onChange(writer);
            Verdict live = verifier.verify(RolloutActions.on(cluster).apply(Deployments.clock(1, "clock:1.0")));
            assertThat(live.outcome()).isEqualTo("timedOut");
        }
        Recording recording = Recording.read(file);
        assertThat(recording.end()).isEqualTo(Duration.ofSeconds(90));
        assertThat(Replay.of(recording).with(options).judge().outcome()).isEqualTo("timedOut");
        Recording cut = new Recording(recording.entries(), recording.begins());
        assertThat(cut.end()).isLessThan(Duration.ofSeconds(90));
        assertThat(Replay.of(cut).with(options).judge().outcome()).isEqualTo("undecided");
    }

    /** The watches are silent: what the server says when it is asked is recorded as what they tell, and what has gone meanwhile, too. */
    @Test
    void whatIsFoundOutByAskingIsRecordedAndJudgedTheSame() throws InterruptedException {
        Path file = folder.resolve("watch.jsonl");
        Verdict live;
        try (SimulatedCluster cluster = SimulatedCluster.create();
                RecordingWriter writer = RecordingWriter.to(file, cluster.time())) {
            cluster.images().declare("clock:1.1", ImageBehavior.wellBehaved().readyAfter(Duration.ofSeconds(4)));
            RolloutActions actions = RolloutActions.on(cluster);
            RolloutVerifier verifier = RolloutVerifier.on(cluster);
            verifier.verify(actions.apply(Deployments.clock(3, "clock:1.0"))).orElseThrow();
            Deployment applied = actions.apply(Deployments.clock(2, "clock:1.1"));
            writer.begin(
                    new ObjectRef("Deployment", "default", "clock"),
                    applied.getMetadata().getGeneration());
            live = verifier.onChange(writer)
                    .onProgress(progress -> {
                        if (progress.elapsed().toMillis() > 500) {
                            cluster.faults().silenceWatches();
                        }
                    })
                    .verify(applied);
        }
        assertThat(live.isComplete()).as(live.summary()).isTrue();
        assertThat(live.evidence().timeline().toString()).contains("the watches were silent");
        Verdict replayed = Replay.of(Recording.read(file)).judge();
        assertThat(replayed.outcome()).as(replayed.summary()).isEqualTo("complete");
        assertThat(replayed.evidence().elapsed()).isCloseTo(live.evidence().elapsed(), Duration.ofMillis(1));
    }

    /** A request that is interrupted leaves the mark on its thread, which then closes the recording. */
    @ParameterizedTest
    @ValueSource(strings = {"watch.jsonl", "watch.jsonl.gz"})
    void whoIsInterruptedKeepsAllThatWasSeen(String name) throws InterruptedException {
        Path file = folder.resolve(name);
        try (SimulatedCluster cluster = SimulatedCluster.create();
                RecordingWriter writer = RecordingWriter.to(file, cluster.time());
                Observation watch = cluster.observe(Query.of(Pod.class), writer)) {
            cluster.create(Deployments.clock(20, "clock:1.0"), WriteOptions.defaults());
            cluster.advance(Duration.ofSeconds(10));
            assertThat(watch.synced()).isTrue();
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).as("the mark stays").isTrue();
        Recording recording = Recording.read(file);
        assertThat(recording.entries()).hasSizeGreaterThan(60);
        assertThat(recording.end()).as("until when it was seen").isGreaterThan(Duration.ofSeconds(9));
    }

    @Test
    void aRecordingThatIsToEndBeforeItsLastChangeIsRefused() throws IOException {
        Recording one = Recording.read(file("{\"t\": 5, \"type\": \"ADDED\", \"object\": " + POD + "}\n"));
        assertThatThrownBy(() -> new Recording(one.entries(), List.of(), Duration.ofSeconds(4)))
                .hasMessage("a recording cannot end after 4.0 s, before its last change");
    }

    @Test
    void aRecordedChangeIsReplayedFromWhereItsVerificationBeganWithItsPromises() throws InterruptedException {
        Path file = folder.resolve("watch.jsonl");
        Verdict live;
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            RolloutVerifier.on(cluster)
                    .verify(RolloutActions.on(cluster).apply(Deployments.clock(3, "clock:1.0")))
                    .orElseThrow();
            cluster.advance(Duration.ofSeconds(30));
            Deployment next = Deployments.clock(3, "clock:1.1");
            try (RecordingWriter writer = RecordingWriter.to(file, cluster.time());
                    RolloutWatch watch =
                            RolloutVerifier.on(cluster).onChange(writer).watch(next)) {
                Deployment applied = RolloutActions.on(cluster).apply(next);
                writer.begin(Deployments.CLOCK, applied.getMetadata().getGeneration());
                live = watch.verify(applied);
            }
        }
        Recording recording = Recording.read(file);
        assertThat(recording.begins()).singleElement().satisfies(begin -> {
            assertThat(begin.workload()).isEqualTo(Deployments.CLOCK);
            assertThat(begin.index()).as("what was there before").isGreaterThanOrEqualTo(5);
        });
        Verdict replayed = Replay.of(recording).judge();
        assertThat(replayed.isComplete()).as(replayed.summary()).isTrue();
        assertThat(replayed.evidence().elapsed()).isCloseTo(live.evidence().elapsed(), Duration.ofMillis(1));
        assertThat(replayed.evidence().generation()).isEqualTo(2);
        PromiseReport before = live.evidence().promises().orElseThrow();
        PromiseReport after = replayed.evidence().promises().orElseThrow();
        assertThat(after.kept()).hasSize(4).extracting(Kept::promise).isEqualTo(promises(before));
        assertThat(after.kept()).extracting(Kept::seen).isEqualTo(seen(before));
        assertThat(Replay.of(recording).from(Duration.ZERO).judge().evidence().promises())
                .as("from another moment, as if nobody had said when")
                .isPresent();
    }

    private static List<Promise> promises(PromiseReport report) {
        return report.kept().stream().map(Kept::promise).toList();
    }

    private static List<Integer> seen(PromiseReport report) {
        return report.kept().stream().map(Kept::seen).toList();
    }

    @Test
    void aBeginWithoutATimeIsNamed() throws IOException {
        Path file = file("{\"verify\":\"shop/cart\",\"generation\":2}\n");
        assertThatThrownBy(() -> Recording.read(file)).hasMessageContaining("line 1: t is missing or no number");
    }

    @Test
    void otherLinesFieldsAndKindsArePassedOver() throws IOException {
        Recording recording = Recording.read(file("""
                {"t":0.5,"k":"action","action":"create"}

                {"t":1,"type":"ADDED","more":true,"object":%s}
                {"t":2,"type":"BOOKMARK","object":%s}
                {"t":3,"type":"ADDED","object":{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"}}}
                {"t":4,"type":"ADDED","object":{"apiVersion":"example.org/v1","kind":"Odd","metadata":{"name":"o"}}}
                {"t":5,"type":"DELETED","object":%s}
                """.formatted(POD, POD, POD)));
        assertThat(recording.entries())
                .extracting(Recording.Entry::at)
                .contains(Duration.ofSeconds(1), Duration.ofSeconds(5));
        assertThat(recording.entries())
                .extracting(entry -> entry.object().ref().kind())
                .contains("Pod")
                .doesNotContain("");
        assertThat(recording.end()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Recording.read(folder.resolve("nothere.jsonl")))
                .isInstanceOf(RecordingException.class)
                .hasMessage(folder.resolve("nothere.jsonl")
                        + ": there is no such file; name a recording that verify --record wrote");
    }

    @Test
    void aFolderIsNoRecording() {
        assertThatThrownBy(() -> Recording.read(folder))
                .hasMessage(folder + ": cannot be read: it is a directory; name a recording");
    }

    @Test
    void aLineThatIsNoJsonIsNamedByItsNumber() throws IOException {
        Path file = file("{\"t\":1,\"type\":\"ADDED\",\"object\":" + POD + "}\n{\"t\":2,\"type\":\n");
        assertThatThrownBy(() -> Recording.read(file))
                .hasMessage(file + ", line 2: not a JSON object; each line must be one");
    }

    @Test
    void timeMustBeThereAndMustNotGoBack() throws IOException {
        Path none = file("{\"type\":\"ADDED\",\"object\":" + POD + "}\n");
        assertThatThrownBy(() -> Recording.read(none))
                .hasMessage(none + ", line 1: t is missing or no number; it is the time in seconds since the start");
        Path back = file("{\"t\":2,\"type\":\"ADDED\",\"object\":" + POD + "}\n{\"t\":1,\"type\":\"ADDED\",\"object\":"
                + POD + "}\n");
        assertThatThrownBy(() -> Recording.read(back))
                .hasMessage(back + ", line 2: t goes back from 2.0 to 1.0; lines must be in the order of time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "{\"t\":1}\n"})
    void aRecordingWithoutChangesIsNone(String text) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> Recording.read(file))
                .hasMessage(file + ": no change in it; each line must be a JSON object with t, type and object");
    }

    @Test
    void anObjectThatIsNoneIsNamedByItsLine() throws IOException {
        Path file =
                file("{\"t\":1,\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":7}}\n");
        assertThatThrownBy(() -> Recording.read(file))
                .hasMessage(file + ", line 1: the object is no Pod that Kubernetes would send");
    }

    @Test
    void aFileThatWasCutOffIsSaidToBe() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(("{\"t\":1,\"type\":\"ADDED\",\"object\":" + POD + "}\n")
                    .repeat(50)
                    .getBytes(StandardCharsets.UTF_8));
        }
        Path file = folder.resolve("cut.jsonl.gz");
        Files.write(file, java.util.Arrays.copyOf(bytes.toByteArray(), bytes.size() - 12));
        assertThatThrownBy(() -> Recording.read(file))
                .isInstanceOf(RecordingException.class)
                .hasMessageStartingWith(file + ": cannot be read: Unexpected end");
    }

    @Test
    void aFolderThatIsNotThereCannotBeWrittenTo() {
        Path file = folder.resolve("nothere").resolve("watch.jsonl");
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            assertThatThrownBy(() -> RecordingWriter.to(file, cluster.time()))
                    .hasMessage(
                            file + ": cannot be written (NoSuchFileException); name a file in a folder that exists and"
                                    + " that you may write to");
        }
    }
}
