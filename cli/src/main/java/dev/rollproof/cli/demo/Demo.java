// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.demo;

import dev.rollproof.cli.view.Frame;
import dev.rollproof.cli.view.Screen;
import dev.rollproof.cli.view.View;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.verifier.Revision;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.Promise;
import dev.rollproof.verifier.promises.PromiseReport;
import dev.rollproof.verifier.promises.PromiseWatch;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Plays the exercise, rows 4 to 11 and 14: declare, scale, update, undo, verify, fail, Recreate, RollingUpdate, and all strategies
 * side by side. Every step is a real rollout on a simulated cluster, verified and measured.
 */
public final class Demo {
    private static final String NAMESPACE = "default";
    private static final ObjectRef CLOCK = new ObjectRef("Deployment", NAMESPACE, "clock");
    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    /** Of virtual time: the pods of a rollout change more often than an eye can see. */
    private static final Duration BETWEEN_PICTURES = Duration.ofMillis(200);

    private final Path manifests;
    private final long seed;
    private final PrintStream out;
    private final View view;
    private final List<Step> steps = new ArrayList<>();

    /**
     * @param manifests the folder with the exercise's manifests
     * @param terminal whether pictures can be redrawn
     * @param pause what to do after each picture
     */
    public Demo(
            Path manifests,
            long seed,
            PrintStream out,
            boolean terminal,
            Map<String, String> environment,
            Runnable pause) {
        this.manifests = manifests;
        this.seed = seed;
        this.out = out;
        this.view = Screen.viewOn(out, terminal, environment, false, BETWEEN_PICTURES, pause);
    }

    /** Plays all steps and prints the summary; returns whether every step ended as expected. */
    public boolean play() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.builder().seed(seed).build();
                Meter meter = new Meter(cluster, NAMESPACE)) {
            out.println("Rollproof plays the exercise on a simulated Kubernetes, in virtual time.");
            out.println(Frame.LEGEND);
            cluster.apply(read("service.yaml", HasMetadata.class), WriteOptions.defaults());
            RolloutActions actions = RolloutActions.on(cluster);

            rollOut(cluster, meter, 4, "declare 4 replicas of clock:1.0", clock("deployment.yaml"), "");
            for (int replicas : new int[] {10, 1, 0, 3}) {
                Deployment scaled = clock("deployment.yaml");
                scaled.getSpec().setReplicas(replicas);
                rollOut(cluster, meter, 5, "scale to " + replicas, scaled, "");
            }
            rollOut(cluster, meter, 6, "update to clock:1.1", clock("update.yaml"), "");
            Deployment back = clock("update.yaml");
            back.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:1.0");
            rollOut(cluster, meter, 6, "back to clock:1.0 by editing", back, "the old ReplicaSet is used again");
            history(actions);
            act(cluster, meter, 7, "undo", () -> actions.undo(CLOCK));
            long first = actions.history(CLOCK).get(0).number();
            act(cluster, meter, 7, "undo to revision " + first, () -> actions.undo(CLOCK, first));
            history(actions);
            rollOut(cluster, meter, 8, "verify clock:1.2 within 60 s", clock("next.yaml"), "");
            breakAndUndo(cluster, meter, actions);
            recreate(cluster, meter, actions);
            rolling(cluster, meter);
        }
        boolean compared = SideBySide.play(clock("deployment.yaml"), read("service.yaml", Service.class), seed, out);
        out.println();
        Table.of(steps).forEach(out::println);
        boolean all = compared && steps.stream().allMatch(Step::expected);
        out.println();
        out.println(all ? "Every step ended as expected." : "Not every step ended as expected.");
        return all;
    }

    private void breakAndUndo(Cluster cluster, Meter meter, RolloutActions actions) throws InterruptedException {
        Step broken = play(
                cluster,
                meter,
                9,
                "a broken image",
                () -> cluster.apply(clock("broken.yaml"), WriteOptions.defaults()),
                verdict -> verdict instanceof Verdict.Failed
                        && verdict.evidence().elapsed().compareTo(TIME_LIMIT.dividedBy(2)) < 0);
        out.println(
                "          kubectl rollout status would have said \"timed out waiting for the condition\" after 60 s; the"
                        + " old version served on, downtime "
                        + (broken.measured().down().isZero()
                                ? "none"
                                : Table.seconds(broken.measured().down()) + " s"));
        act(cluster, meter, 9, "undo the broken image", () -> actions.undo(CLOCK));
    }

    private void recreate(Cluster cluster, Meter meter, RolloutActions actions) throws InterruptedException {
        act(cluster, meter, 10, "clock:1.1 to start from", () -> actions.setImage(CLOCK, "clock", "clock:1.1"));
        try (PromiseWatch watch = PromiseWatch.on(cluster, CLOCK)) {
            Step step = play(
                    cluster,
                    meter,
                    10,
                    "Recreate, clock:1.1 to clock:1.2",
                    () -> actions.apply(clock("recreate.yaml")),
                    Verdict::isComplete);
            Duration down = step.measured().down();
            boolean kept = watch.report().of(Promise.ONE_VERSION_AT_A_TIME) instanceof Finding.Kept;
            replaceLast(kept && !down.isZero());
            out.println("          never two versions at once: " + (kept ? "kept" : "BROKEN") + "; nobody served for "
                    + Table.seconds(down) + " s");
        }
    }

    private void rolling(Cluster cluster, Meter meter) throws InterruptedException {
        Deployment wanted = clock("rolling.yaml");
        RollingUpdate strategy = RollingUpdate.of().maxSurge("40%").maxUnavailable(2);
        Deployment before = clock("rolling.yaml");
        before.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:1.1");
        rollOut(cluster, meter, 11, "clock:1.1, RollingUpdate again", before, "");
        out.println("          " + strategy.explain(3));
        try (PromiseWatch watch = PromiseWatch.on(cluster, CLOCK)) {
            play(
                    cluster,
                    meter,
                    11,
                    "RollingUpdate, maxUnavailable 2, maxSurge 40%",
                    () -> cluster.apply(wanted, WriteOptions.defaults()),
                    Verdict::isComplete);
            PromiseReport report = watch.report();
            replaceLast(report.broken().isEmpty() && !report.kept().isEmpty());
            out.println("          promises checked on " + report.events() + " events: "
                    + (report.broken().isEmpty() ? "all kept" : "BROKEN"));
            report.kept().forEach(kept -> out.println("            " + kept.line()));
            report.broken().forEach(broken -> out.println("            " + broken.line()));
        }
    }

    private void replaceLast(boolean alsoExpected) {
        Step last = steps.remove(steps.size() - 1);
        steps.add(new Step(
                last.row(),
                last.title(),
                last.verdict(),
                last.measured(),
                last.expected() && alsoExpected,
                last.remark()));
    }

    private void rollOut(Cluster cluster, Meter meter, int row, String title, Deployment deployment, String remark)
            throws InterruptedException {
        play(cluster, meter, row, title, () -> cluster.apply(deployment, WriteOptions.defaults()), Verdict::isComplete);
        if (!remark.isEmpty()) {
            out.println("          " + remark);
        }
    }

    private void act(Cluster cluster, Meter meter, int row, String title, Change change) throws InterruptedException {
        play(cluster, meter, row, title, change, Verdict::isComplete);
    }

    /** A change to the Deployment; returns it as the server has it then. */
    private interface Change {
        Deployment make();
    }

    private Step play(Cluster cluster, Meter meter, int row, String title, Change change, Predicate<Verdict> expected)
            throws InterruptedException {
        out.println();
        out.println(String.format(Locale.ROOT, "%2d  %s", row, title));
        meter.reset();
        Deployment changed = change.make();
        Verdict verdict = RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(TIME_LIMIT).withWaitForOldPods(true))
                .onProgress(view)
                .verify(changed);
        view.finish();
        out.println("          " + verdict.summary());
        Step step = new Step(row, title, verdict, meter.measured(), expected.test(verdict), "");
        steps.add(step);
        return step;
    }

    private void history(RolloutActions actions) {
        out.println();
        out.println("    history");
        for (Revision revision : actions.history(CLOCK)) {
            out.println(String.format(
                    Locale.ROOT,
                    "          revision %d  %s%s",
                    revision.number(),
                    String.join(", ", revision.template().images()),
                    revision.current() ? "  (now)" : ""));
        }
    }

    private Deployment clock(String file) {
        return read(file, Deployment.class);
    }

    private <T extends HasMetadata> T read(String file, Class<T> type) {
        HasMetadata object =
                Manifests.read(List.of(manifests.resolve(file))).get(0).object();
        if (object.getMetadata().getNamespace() == null) {
            object.getMetadata().setNamespace(NAMESPACE);
        }
        return type.cast(Models.copy(object));
    }
}
