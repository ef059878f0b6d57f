// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.CLOCK;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.sim.Faults;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Driven rollouts with a rollback: wherever they fail, they end at what was seen complete, and leave nothing behind that fights
 * whoever applies next.
 */
class DrivenRollbackTest {
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final WriteOptions KUBECTL =
            WriteOptions.defaults().withFieldManager("kubectl").withoutForce();

    /**
     * How a rollout fails.
     *
     * @param failing what happens to it on its way
     */
    record Story(
            String name,
            String labels,
            String image,
            Driven strategy,
            Consumer<SimulatedCluster> failing,
            String abortAt) {
        static Story of(String name, String labels, String image, Driven strategy) {
            return new Story(name, labels, image, strategy, cluster -> {}, "");
        }

        /** Somebody tells it to turn back when its line says this. */
        static Story told(String name, String labels, Driven strategy, String when) {
            return new Story(name, labels, "clock:2", strategy, cluster -> {}, when);
        }

        boolean isRouted() {
            return strategy instanceof Canary canary && canary.shift() instanceof Canary.Shift.ThroughRoute;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Story> stories() {
        Check good = Check.of("good", context -> true);
        Check bad = Check.of("bad", context -> false);
        String stable = "app: clock, track: stable";
        String blue = "app: clock, color: blue";
        Canary canary = Canary.of().weight(25).pause(ofSeconds(10)).check(good).weight(50);
        Canary held = canary.withinOneDeployment();
        Canary routed = canary.through(Canary.Shift.ThroughRoute.of("clock", "clock-stable", "clock-canary"));
        BlueGreen blueGreen =
                BlueGreen.behind("clock").preview("preview").check(good).keepOldFor(ofSeconds(30));
        Consumer<SimulatedCluster> refusing = cluster ->
                cluster.faults().failNext(Faults.Call.to(Faults.Verb.CREATE).on(Deployment.class), Reason.FORBIDDEN);
        return Stream.of(
                Story.of("canary, crashing at its first weight", stable, "clock:broken", canary),
                Story.of("canary, never ready", stable, "clock:never", canary),
                Story.of("canary, failing its check", stable, "clock:2", canary.check(bad)),
                Story.of(
                        "canary, failing its check, step by step",
                        stable,
                        "clock:2",
                        canary.check(bad).abortStepByStep()),
                Story.told("canary, told to turn back at its first weight", stable, canary, "weight 25: 0 of"),
                Story.told("canary, told to turn back in its pause", stable, canary, "pause of 10 s"),
                Story.told("canary, told to turn back at its second weight", stable, canary, "weight 50: 1 of"),
                Story.told("canary, told to turn back when its promotion has begun", stable, canary, "promoting: 1 of"),
                Story.told("canary, told to turn back late in its promotion", stable, canary, "promoting: 3 of"),
                new Story("canary, refused by the cluster", stable, "clock:2", canary, refusing, ""),
                Story.of("canary, promoted at once and never ready", stable, "clock:never", Canary.of()),
                Story.of("held canary, crashing", "app: clock", "clock:broken", held),
                Story.of("held canary, failing its check", "app: clock", "clock:2", held.check(bad)),
                Story.told(
                        "held canary, told to turn back at its second weight", "app: clock", held, "weight 50: 1 of"),
                Story.told("held canary, told to turn back in its promotion", "app: clock", held, "promoting: 3 of"),
                Story.of("routed canary, crashing", stable, "clock:broken", routed),
                Story.of("routed canary, failing its check", stable, "clock:2", routed.check(bad)),
                Story.told("routed canary, told to turn back in its promotion", stable, routed, "promoting: 1 of"),
                Story.of("blue-green, crashing", blue, "clock:broken", blueGreen),
                Story.of("blue-green, never ready", blue, "clock:never", blueGreen),
                Story.of("blue-green, failing before the switch", blue, "clock:2", blueGreen.check(bad)),
                Story.told(
                        "blue-green, told to turn back while it is prepared", blue, blueGreen, "preparing green: 1 of"),
                Story.told("blue-green, told to turn back at the switch", blue, blueGreen, "switching"),
                Story.told("blue-green, told to turn back after the switch", blue, blueGreen, "switched; keeping"),
                Story.of("blue-green, failing after the switch", blue, "clock:2", blueGreen.checkAfter(bad)));
    }

    private static Deployment manifest(Story story, String image, String variable) {
        Deployment manifest = Workloads.labelled(4, image, story.labels());
        manifest.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .setEnv(List.of(new EnvVar(variable, "1", null)));
        return manifest;
    }

    /** As kubectl does, on either side: it owns the fields, and the annotation tells of its last manifest. */
    private static void kubectlApply(SimulatedCluster cluster, Deployment manifest) {
        cluster.apply(manifest, KUBECTL);
        cluster.patch(
                Deployment.class,
                "default",
                "clock",
                Patch.merge(Models.toJson(Map.of(
                        "metadata", Map.of("annotations", Map.of(LAST_APPLIED, Models.toJson(manifest) + "\n"))))),
                KUBECTL);
    }

    private static SimulatedCluster clusterFor(Story story) throws InterruptedException {
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        cluster.images().declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        for (String service : List.of("clock", "preview")) {
            cluster.apply(
                    Models.fromYaml(
                            """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %s, namespace: default}
                    spec:
                      selector: {%s}
                      ports: [{port: 80, targetPort: 8080}]
                    """.formatted(service, story.labels().replace(", track: stable", "")), Service.class),
                    KUBECTL);
        }
        if (story.isRouted()) {
            Routes.create(cluster, Routes.RULES);
        }
        kubectlApply(cluster, manifest(story, "clock:1", "OLD"));
        RolloutVerifier.on(cluster).verify(CLOCK).orElseThrow();
        cluster.advance(ofSeconds(30));
        return cluster;
    }

    private static Deployment clock(SimulatedCluster cluster) {
        return cluster.get(Deployment.class, "default", "clock").orElseThrow();
    }

    private static Verdict roll(Story story, SimulatedCluster cluster) throws InterruptedException {
        AtomicBoolean told = new AtomicBoolean(story.abortAt().isEmpty());
        Consumer<Progress> listener = progress -> {
            if (!told.get() && progress.status().line().startsWith(story.abortAt())) {
                told.set(true);
                Rollouts.on(cluster).abort(CLOCK);
            }
        };
        story.failing().accept(cluster);
        Verdict verdict = Rollout.of(manifest(story, story.image(), "NEW"))
                .by(story.strategy())
                .within(ofMinutes(1))
                .orElse(Rollback.rollBack())
                .onProgress(listener)
                .run(cluster);
        assertThat(told)
                .as("came to \"%s\": %s", story.abortAt(), verdict.summary())
                .isTrue();
        return verdict;
    }

    private static void isRestored(Verdict verdict, long revision) {
        assertThat(verdict.isComplete()).as(verdict.summary()).isFalse();
        RollbackResult.Restored restored =
                (RollbackResult.Restored) verdict.evidence().rollback().orElseThrow();
        assertThat(restored.timeToRestore())
                .as(verdict.summary())
                .hasValueSatisfying(time -> assertThat(time).isPositive().isLessThan(ofMinutes(1)));
        assertThat(restored.revision()).isEqualTo(revision);
        assertThat(restored.replicaSet()).startsWith("clock-");
        assertThat(restored.images()).containsExactly("clock:1");
        assertThat(restored.notes()).isEmpty();
        assertThat(verdict.summary())
                .matches("(?s).*; rolled back to revision " + revision
                        + " \\(clock:1\\), complete again after \\d+\\.\\d s.*");
    }

    /** What is there, and what is not. */
    private static void isAsItWas(Story story, SimulatedCluster cluster, Deployment before) {
        cluster.advance(ofMinutes(1));
        Deployment now = clock(cluster);
        assertThat(Models.toTree(now.getSpec())).isEqualTo(Models.toTree(before.getSpec()));
        assertThat(now.getSpec().getTemplate().getMetadata().getLabels()).doesNotContainKey("pod-template-hash");
        assertThat(annotations(now).keySet()).noneMatch(name -> name.startsWith("rollproof.dev/"));
        assertThat(annotations(now).get(LAST_APPLIED))
                .contains("clock:1\"")
                .contains("OLD")
                .doesNotContain("clock:worse")
                .doesNotContain("NEW");
        assertThat(cluster.list(Query.of(Deployment.class)))
                .filteredOn(d -> !d.getMetadata().getName().equals("clock"))
                .allMatch(d ->
                        story.strategy() instanceof BlueGreen && d.getSpec().getReplicas() == 0);
        assertThat(cluster.list(Query.of(ReplicaSet.class)))
                .noneMatch(set -> set.getMetadata().getName().contains("canary"));
        assertThat(cluster.list(Query.of(Pod.class)))
                .hasSize(4)
                .allMatch(pod -> pod.getSpec().getContainers().get(0).getImage().equals("clock:1"))
                .allMatch(pod -> Observed.from(pod).ready());
        for (String service : List.of("clock", "preview")) {
            Service found = cluster.get(Service.class, "default", service).orElseThrow();
            assertThat(Models.toTree(found.getSpec().getSelector()).toString())
                    .isEqualTo(
                            "{" + story.labels().replace(", track: stable", "").replace(": ", "=") + "}");
            assertThat(annotations(found)).isEmpty();
            assertThat(managers(found)).doesNotContain("rollproof-driver");
        }
        assertThat(managers(now)).doesNotContain("rollproof-driver");
        if (story.isRouted()) {
            HTTPRoute route = Routes.stored(cluster);
            assertThat(Routes.weights(route)).isEqualTo(Routes.weights(Routes.route(Routes.RULES)));
            assertThat(managers(route)).doesNotContain("rollproof-driver");
        }
    }

    private static Map<String, String> annotations(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    private static List<String> managers(HasMetadata object) {
        return object.getMetadata().getManagedFields().stream()
                .map(ManagedFieldsEntry::getManager)
                .toList();
    }

    /** Whoever applies next has no conflict, and takes out what is no longer in the manifest. */
    private static void theNextApplyIsNotFought(Story story, SimulatedCluster cluster) throws InterruptedException {
        Deployment next = manifest(story, "clock:3", "OTHER");
        next.getSpec().setReplicas(5);
        cluster.apply(next, KUBECTL);
        RolloutVerifier.on(cluster).verify(CLOCK).orElseThrow();
        assertThat(clock(cluster)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getEnv())
                .extracting(EnvVar::getName)
                .containsExactly("OTHER");
        for (String service : List.of("clock", "preview")) {
            Service found = cluster.get(Service.class, "default", service).orElseThrow();
            found.getMetadata().setManagedFields(null);
            found.getSpec().getSelector().put("color", "red");
            cluster.apply(found, KUBECTL);
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void whateverFailsItEndsWhereItBegan(Story story) throws InterruptedException {
        try (SimulatedCluster cluster = clusterFor(story)) {
            Deployment before = clock(cluster);
            Verdict verdict = roll(story, cluster);
            isRestored(verdict, 1);
            isAsItWas(story, cluster, before);
            theNextApplyIsNotFought(story, cluster);
        }
    }

    /** A broken version in between is skipped. */
    @ParameterizedTest
    @MethodSource("stories")
    void whatWasNeverCompleteIsNotGoneBackTo(Story story) throws InterruptedException {
        try (SimulatedCluster cluster = clusterFor(story)) {
            Deployment before = clock(cluster);
            Rollback.rollBack().before(cluster, CLOCK);
            // Pods that were ready for a moment would have taken the place of old ones, more or fewer.
            cluster.images().declare("clock:worse", ImageBehavior.wellBehaved().neverReady());
            kubectlApply(cluster, manifest(story, "clock:worse", "WORSE"));
            cluster.advance(ofSeconds(20));
            Verdict verdict = roll(alsoOverABrokenOne(story), cluster);
            isRestored(verdict, 1);
            isAsItWas(story, cluster, before);
            theNextApplyIsNotFought(story, cluster);
        }
    }

    /** Beside a broken version no canary comes beyond its first weight, so nobody waits there to tell it to turn back. */
    private static Story alsoOverABrokenOne(Story story) {
        return story.strategy() instanceof BlueGreen || story.labels().equals("app: clock")
                ? story
                : new Story(story.name(), story.labels(), story.image(), story.strategy(), story.failing(), "");
    }

    @Test
    void withNothingSeenCompleteItTurnsBackToWhatWasThereAndSaysSo() throws InterruptedException {
        Story story = stories().findFirst().orElseThrow();
        try (SimulatedCluster cluster = clusterFor(story)) {
            cluster.images().declare("clock:1", ImageBehavior.wellBehaved().neverReady());
            RolloutActions.on(cluster).restart(CLOCK);
            cluster.advance(ofSeconds(30));
            cluster.list(Query.of(ReplicaSet.class))
                    .forEach(set ->
                            assertThat(annotations(set).keySet()).noneMatch(name -> name.startsWith("rollproof.dev/")));
            Verdict verdict = roll(story, cluster);
            assertThat(verdict.summary())
                    .contains("not rolled back: no revision was seen complete; what was there before is there again");
        }
    }

    @Test
    void withoutARollbackNothingIsMarkedAndNothingIsTold() throws InterruptedException {
        Story story = stories().findFirst().orElseThrow();
        try (SimulatedCluster cluster = clusterFor(story)) {
            Verdict verdict = Rollout.of(manifest(story, story.image(), "NEW"))
                    .by(story.strategy())
                    .run(cluster);
            assertThat(verdict.evidence().rollback()).isEmpty();
            cluster.list(Query.of(ReplicaSet.class))
                    .forEach(set ->
                            assertThat(annotations(set).keySet()).noneMatch(name -> name.startsWith("rollproof.dev/")));
        }
    }

    @Test
    void whatIsPromotedIsMarkedAndTheNextRollbackGoesThere() throws InterruptedException {
        for (String labels : List.of("app: clock, track: stable", "app: clock, color: blue")) {
            Driven strategy = labels.contains("color")
                    ? BlueGreen.behind("clock").keepOldFor(ofSeconds(5))
                    : Canary.of().weight(50);
            Story good = Story.of("good", labels, "clock:1.1", strategy);
            try (SimulatedCluster cluster = clusterFor(good)) {
                Verdict first = Rollout.of(manifest(good, "clock:2", "NEW"))
                        .by(strategy)
                        .orElse(Rollback.rollBack())
                        .run(cluster);
                assertThat(first.isComplete()).as(first.summary()).isTrue();
                Verdict second = Rollout.of(manifest(good, "clock:broken", "NEW"))
                        .by(strategy)
                        .orElse(Rollback.rollBack())
                        .run(cluster);
                assertThat(second.summary()).contains("(clock:2), complete again after");
            }
        }
    }

    /** What a promotion added goes away with the manifest that no longer has it, as with any apply. */
    @Test
    void afterAPromotionTheNextApplyOfOursTakesOutWhatIsNoLongerInTheManifest() throws InterruptedException {
        Story story = Story.of(
                "good", "app: clock, track: stable", "clock:2", Canary.of().weight(50));
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Rollout.of(manifest(story, "clock:1", "OLD")).run(cluster).orElseThrow();
            Rollout.of(manifest(story, "clock:2", "NEW"))
                    .by(story.strategy())
                    .run(cluster)
                    .orElseThrow();
            assertThat(managers(clock(cluster))).doesNotContain("rollproof-driver");
            Rollout.of(manifest(story, "clock:3", "OTHER")).run(cluster).orElseThrow();
            assertThat(clock(cluster)
                            .getSpec()
                            .getTemplate()
                            .getSpec()
                            .getContainers()
                            .get(0)
                            .getEnv())
                    .extracting(EnvVar::getName)
                    .containsExactly("OTHER");
        }
    }

    @Test
    void somebodyElsesTemplateIsNotRolledBackFrom() throws InterruptedException {
        Story story = Story.of(
                "canary",
                "app: clock, track: stable",
                "clock:2",
                Canary.of().weight(25).pauseUntilPromoted());
        try (SimulatedCluster cluster = clusterFor(story)) {
            Verdict verdict = Rollout.of(manifest(story, "clock:2", "NEW"))
                    .by(story.strategy())
                    .orElse(Rollback.rollBack())
                    .onProgress(progress -> {
                        if (progress.status().line().startsWith("waiting to be promoted")) {
                            RolloutActions.on(cluster).setImage(CLOCK, "web", "clock:4");
                        }
                    })
                    .run(cluster);
            assertThat(verdict).isInstanceOf(Verdict.Superseded.class);
            assertThat(verdict.summary()).contains("not rolled back: the rollout was superseded");
        }
    }
}
