// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.verifier.promises.PromiseReport;
import dev.rollproof.verifier.recording.Recording;
import dev.rollproof.verifier.recording.RecordingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real clusters (Kubernetes 1.34.4 and 1.37.2) did, recorded from their watches, and what the judge makes of it. */
class RecordingsTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "recordings");
    private static final Map<String, Recording> READ = new ConcurrentHashMap<>();

    private static Recording recording(String name) {
        return READ.computeIfAbsent(name, key -> Recording.read(FOLDER.resolve(key + ".jsonl.gz")));
    }

    private static Verdict judged(String name, double from) {
        return Replay.of(recording(name))
                .from(Duration.ofMillis(Math.round(from * 1000)))
                .with(VerifierOptions.defaults().withTimeout(Duration.ofSeconds(60)))
                .judge();
    }

    @ParameterizedTest(name = "{0} from {1} s: {2} after {3} s")
    @CsvSource({
        "1.37-04-rolling-s1-u0-r3,      0.34, complete,   1.1",
        "1.37-04-rolling-s1-u0-r3,      2.45, complete,   2.6",
        "1.34-06-recreate-r4-drain,     4.96, complete,   7.6",
        "1.37-06-recreate-r4-drain,     5.38, complete,   7.3",
        "1.37-07-crashloop-r4,          13.2, failed,     8.0",
        "1.37-11-rollover-r10,          6.0,  superseded, 2.9",
        "1.37-11-rollover-r10,          9.0,  complete,   8.2",
        "1.37-12-fast-undo-r1-s1-u0,    33.1, superseded, 1.2",
        "1.37-24-missing-secret-volume, 5.4,  failed,     15.8",
    })
    void theVerdictIsRightAndComesWithTheEvidence(String name, double from, String outcome, double seconds) {
        Verdict verdict = judged(name, from);
        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(outcome);
        assertThat(verdict.evidence().elapsed().toMillis() / 1000.0).isCloseTo(seconds, within(0.1));
        assertThat(verdict.evidence().timeline().entries()).isNotEmpty();
    }

    /** What real Kubernetes did, checked on every event of its recordings. */
    @ParameterizedTest
    @CsvSource({
        "1.37-04-rolling-s1-u0-r3,  2.45, 4",
        "1.34-06-recreate-r4-drain, 4.96, 2",
        "1.37-06-recreate-r4-drain, 5.38, 2",
        "1.37-07-crashloop-r4,      13.2, 4",
    })
    void recordedRolloutsKeptTheirPromises(String name, double from, int kept) {
        PromiseReport promises = judged(name, from).evidence().promises().orElseThrow();
        assertThat(promises.broken()).as("%s", promises.lines()).isEmpty();
        assertThat(promises.kept()).as("%s", promises.lines()).hasSize(kept);
        assertThat(promises.events()).isPositive();
    }

    @Test
    void whatARecordingDoesNotShowIsNotJudged() {
        assertThat(judged("1.37-04-rolling-s1-u0-r3", 0.34)
                        .evidence()
                        .promises()
                        .orElseThrow()
                        .whyNothing())
                .hasValue("the recording does not show the change of the template");
        assertThat(judged("1.37-11-rollover-r10", 6.0)
                        .evidence()
                        .promises()
                        .orElseThrow()
                        .whyNothing())
                .hasValue("the template was changed a second time");
        assertThat(judged("1.37-11-rollover-r10", 9.0)
                        .evidence()
                        .promises()
                        .orElseThrow()
                        .whyNothing()
                        .orElseThrow())
                .startsWith("the change did not meet a state of rest");
    }

    @Test
    void theCrashLoopIsNamedTwentySecondsBeforeTheProgressDeadline() {
        Verdict verdict = judged("1.37-07-crashloop-r4", 13.2);
        assertThat(verdict.evidence().causes())
                .extracting(Cause::reason, Cause::message, Cause::container)
                .containsExactly(org.assertj.core.api.Assertions.tuple(
                        "CrashLoopBackOff", "container \"web\" crashed 2 times with exit 1", "web"));
    }

    /** The deadline passed at 25.4, and said only that there was no progress. */
    @Test
    void theMissingSecretIsNamedWhenTheKubeletMissesItForTheSixthTime() {
        Verdict verdict = judged("1.37-24-missing-secret-volume", 5.4);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("FailedMount");
        assertThat(verdict.summary()).contains("secret \"clock-secret\" not found");
        assertThat(verdict.evidence().elapsed()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(16));
    }

    /** Undo after undo, seven of which could be mistaken: the status says available while no pod is ready. */
    @ParameterizedTest
    @ValueSource(doubles = {4.56, 19.42, 28.97, 34.45, 37.96, 42.90, 46.75, 52.49, 59.63, 65.11, 71.38, 75.74, 83.07})
    void afterAFastUndoCompleteIsNotSaidBeforeAPodIsReadyAgain(double undone) {
        Verdict verdict = judged("1.37-12-fast-undo-r1-s1-u0", undone);
        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo("complete");
        double at = undone + verdict.evidence().elapsed().toMillis() / 1000.0;
        assertThat(readyPodsAt("1.37-12-fast-undo-r1-s1-u0", at + 0.001)).isEqualTo(1);
    }

    /** Counted from the recording itself, without the judge. */
    private static long readyPodsAt(String name, double seconds) {
        Map<String, ObservedPod> pods = new HashMap<>();
        for (Recording.Entry entry : recording(name).entries()) {
            if (entry.at().toMillis() / 1000.0 <= seconds && entry.object() instanceof ObservedPod pod) {
                pods.put(pod.metadata().uid(), pod);
                if (entry.type() == Change.Type.DELETED) {
                    pods.remove(pod.metadata().uid());
                }
            }
        }
        return pods.values().stream().filter(pod -> pod.live() && pod.ready()).count();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.34-06-recreate-r4-drain",
                "1.37-04-rolling-s1-u0-r3",
                "1.37-06-recreate-r4-drain",
                "1.37-07-crashloop-r4",
                "1.37-11-rollover-r10",
                "1.37-24-missing-secret-volume"
            })
    void fromNoMomentIsCompleteSaidWithFewerReadyPodsThanWanted(String name) {
        Recording recording = recording(name);
        int checked = 0;
        for (double from = 0; from < recording.end().toMillis() / 1000.0; from += 0.25) {
            Verdict verdict = judged(name, from);
            if (verdict.isComplete()) {
                double at = from + verdict.evidence().elapsed().toMillis() / 1000.0;
                assertThat(readyPodsAt(name, at + 0.001))
                        .as("from %s complete at %s", from, at)
                        .isGreaterThanOrEqualTo(wantedAt(recording, at));
                checked++;
            }
        }
        assertThat(checked).isPositive();
    }

    private static int wantedAt(Recording recording, double seconds) {
        int wanted = 0;
        for (Recording.Entry entry : recording.entries()) {
            if (entry.at().toMillis() / 1000.0 <= seconds && entry.object() instanceof ObservedDeployment d) {
                wanted = d.replicas();
            }
        }
        return wanted;
    }

    @Test
    void aRecordingThatEndsBeforeTheVerdictIsUndecidedAndATimeoutWhereItIsLongEnough() {
        Recording whole = recording("1.37-07-crashloop-r4");
        Recording cut = new Recording(whole.entries().stream()
                .filter(entry -> entry.at().compareTo(Duration.ofSeconds(16)) < 0)
                .toList());
        Replay replay = Replay.of(cut).from(Duration.ofMillis(13200));
        Verdict undecided = replay.with(VerifierOptions.defaults().withTimeout(Duration.ofSeconds(60)))
                .judge();
        assertThat(undecided).isInstanceOf(Verdict.Undecided.class);
        assertThat(undecided.summary())
                .contains("is undecided, the recording ends")
                .contains("before the timeout");
        Verdict timedOut = replay.with(VerifierOptions.defaults().withTimeout(Duration.ofSeconds(2)))
                .judge();
        assertThat(timedOut).isInstanceOf(Verdict.TimedOut.class);
        assertThat(timedOut.evidence().elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void afterTheEndOfTheRecordingThereIsNothingLeftToDecide() {
        Verdict verdict = Replay.of(recording("1.37-07-crashloop-r4"))
                .from(Duration.ofHours(1))
                .judge();
        assertThat(verdict.outcome()).isIn("failed", "undecided");
    }

    @Test
    void aWorkloadThatIsNotThereIsNamedWithThoseThatAre() {
        assertThatThrownBy(() -> Replay.of(recording("1.37-07-crashloop-r4"))
                        .deployment("nothere")
                        .judge())
                .isInstanceOf(RecordingException.class)
                .hasMessage("the recording has no deployment/nothere; it has clock-nginx");
        assertThatThrownBy(() -> Replay.of(new Recording(List.of())).judge())
                .hasMessage(
                        "the recording has no Deployment, StatefulSet or DaemonSet in it, so there is nothing to judge");
    }

    @Test
    void theStartMustNotBeNegative() {
        assertThatThrownBy(() -> Replay.of(recording("1.37-07-crashloop-r4")).from(Duration.ofSeconds(-1)))
                .hasMessage("from must not be negative, was PT-1S");
    }
}
