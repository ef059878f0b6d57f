// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.rollproof.verifier.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a pod that runs and does not get ready: who of its containers, which probe, which gate. */
class UnreadyPodsTest {
    private static final String RUNS = "{running: {startedAt: \"2026-01-01T12:00:00Z\"}}";
    private static final String KILLED = "Container web failed liveness probe, will be restarted";

    private static List<Cause> causes(Scene scene) {
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        Status later = scene.after(3600);
        assertThat(later).as("it is said, and left to the timeout").isInstanceOf(Status.Progressing.class);
        return later.causesOrNone();
    }

    @Test
    void aReadinessGateThatNobodyOpensIsNamed() {
        Scene scene = Scene.begun().pod("new-0", "new", """
                spec: {containers: [{name: web, image: "clock:1.1"}], readinessGates: [{conditionType: example.com/in}]}
                status:
                  phase: Running
                  conditions:
                  - type: Ready
                    status: "False"
                    reason: ReadinessGatesNotReady
                    message: corresponding condition of pod readiness gate "example.com/in" does not exist.
                  containerStatuses: [{name: web, ready: true, started: true, restartCount: 0, state: %s}]
                """.formatted(RUNS));

        assertThat(causes(scene))
                .extracting(Cause::reason, Cause::message, Cause::pod)
                .containsExactly(tuple(
                        "ReadinessGatesNotReady",
                        "corresponding condition of pod readiness gate \"example.com/in\" does not exist.",
                        "new-0"));
    }

    @Test
    void anInitContainerThatDoesNotEndIsNamed() {
        assertThat(causes(Scene.begun().pod("new-0", "new", initializing("first", "", false))))
                .extracting(Cause::reason, Cause::message, Cause::container)
                .containsExactly(tuple(
                        "ContainersNotInitialized",
                        "init container \"first\" runs, and the others wait for its end",
                        "first"));
    }

    @Test
    void aSidecarThatDoesNotStartIsNamedWithWhatItsProbeSays() {
        Scene scene = Scene.begun()
                .pod("new-0", "new", initializing("beside", "restartPolicy: Always,", false))
                .warning("new-0", "Unhealthy", "Startup probe failed: HTTP probe failed with statuscode: 503");

        assertThat(causes(scene))
                .extracting(Cause::message)
                .containsExactly("sidecar container \"beside\" runs, and the others wait until it has started:"
                        + " Startup probe failed: HTTP probe failed with statuscode: 503");
    }

    @Test
    void aSidecarThatHasStartedKeepsNobodyWaiting() {
        assertThat(causes(Scene.begun().pod("new-0", "new", initializing("beside", "restartPolicy: Always,", true))))
                .isEmpty();
    }

    private static String initializing(String name, String more, boolean started) {
        return """
                spec:
                  initContainers: [{name: %s, %s image: "clock:1.0"}]
                  containers: [{name: web, image: "clock:1.1"}]
                status:
                  phase: Pending
                  initContainerStatuses: [{name: %s, ready: false, started: %s, restartCount: 0, state: %s}]
                  containerStatuses:
                  - {name: web, ready: false, started: false, restartCount: 0, state: {waiting: {reason: PodInitializing}}}
                """.formatted(name, more, name, started, RUNS);
    }

    @Test
    void whoIsKilledForHisHealthHasNotCrashed() {
        Scene scene = Scene.begun()
                .pod("new-0", "new", endedTwice(0, "Completed"))
                .warning("new-0", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
                .warning("new-0", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404")
                .killing("new-0", KILLED, 12);

        assertThat(scene.after(0)).isInstanceOf(Status.Failed.class);
        assertThat(scene.after(0).causesOrNone())
                .extracting(Cause::reason, Cause::message)
                .containsExactly(tuple(
                        "CrashLoopBackOff",
                        "container \"web\" was killed 2 times (exit 0), since its liveness probe failed:"
                                + " HTTP probe failed with statuscode: 404"));
    }

    @Test
    void theStartupProbeKillsAsWellAndItsAnswerMayBeMissing() {
        Scene scene = Scene.begun()
                .pod("new-0", "new", endedTwice(143, "Error"))
                .killing("new-0", "Container web failed startup probe, will be restarted", 12);

        assertThat(scene.after(0).causesOrNone())
                .extracting(Cause::message)
                .containsExactly("container \"web\" was killed 2 times (exit 143), since its startup probe failed");
    }

    @Test
    void whoWasKilledOnceAndCrashesByHimselfThenHasCrashed() {
        Scene before = Scene.begun().pod("new-0", "new", endedTwice(1, "Error")).killing("new-0", KILLED, 2);
        Scene another = Scene.begun()
                .pod("new-0", "new", endedTwice(1, "Error"))
                .killing("new-0", KILLED.replace("web", "second"), 12);

        for (Scene scene : List.of(before, another)) {
            assertThat(scene.after(0).causesOrNone())
                    .extracting(Cause::message)
                    .containsExactly("container \"web\" crashed 2 times with exit 1");
        }
    }

    @Test
    void whoRanOutOfMemoryWasKilledForThat() {
        Scene scene =
                Scene.begun().pod("new-0", "new", endedTwice(137, "OOMKilled")).killing("new-0", KILLED, 12);

        assertThat(scene.after(0).causesOrNone())
                .extracting(Cause::message)
                .containsExactly("container \"web\" ran out of memory and was killed 2 times (exit 137)");
    }

    /** The second run, from second 10 to second 14, has ended. */
    private static String endedTwice(int exitCode, String reason) {
        return """
                spec: {containers: [{name: web, image: "clock:1.1"}]}
                status:
                  phase: Running
                  containerStatuses:
                  - name: web
                    ready: false
                    restartCount: 1
                    state:
                      terminated:
                        exitCode: %d
                        reason: %s
                        startedAt: "2026-01-01T12:00:10Z"
                        finishedAt: "2026-01-01T12:00:14Z"
                """.formatted(exitCode, reason);
    }
}
