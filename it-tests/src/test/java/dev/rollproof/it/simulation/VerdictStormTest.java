// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.verifier.Replay;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.recording.Recording;
import dev.rollproof.verifier.recording.RecordingWriter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rollouts of Deployments, StatefulSets and DaemonSets, watched in a storm: whoever watches comes to an end, what is called complete is complete,
 * a good version is no false alarm, a broken one is called nothing else, and a replay of what was watched judges the same.
 * CI plays twenty times as many. {@code -Drollproof.seed=N -Drollproof.seeds=1} plays a failing seed again.
 */
class VerdictStormTest {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofMinutes(3));

    @TempDir
    static Path folder;

    @Test
    void whateverHappensTheVerdictIsTrue() throws InterruptedException {
        StormyRollout.playAll(
                Scene::new,
                Scene::play,
                Verdict.Complete.class,
                Verdict.Failed.class,
                Verdict.TimedOut.class,
                Verdict.Superseded.class);
    }

    /**
     * While the server was away at first, a pod was found by asking, and was gone when its watch began, which told neither: it was waited for
     * until time was up.
     */
    @Test
    void whatWasOnlyFoundByAskingAndIsGoneIsNotWaitedFor() throws InterruptedException, IOException {
        try (Scene scene = new Scene(50_077)) {
            assertThat(scene.play()).isEqualTo(Verdict.Complete.class);
        }
    }

    private static final class Scene extends StormyRollout {
        private final int replicas;
        private final String image;
        private final String spec;

        Scene(long seed) {
            super(seed, List.of(Deployment.class, StatefulSet.class, DaemonSet.class));
            replicas = 1 + random.nextInt(4);
            image = List.of("clock:1.1", "clock:1.1", "clock:late", "clock:broken", "clock:never")
                    .get(random.nextInt(5));
            left = random.nextInt(5);
            spec = spec();
            story.add(type.getSimpleName() + " of " + spec + " to " + image);
        }

        private String spec() {
            if (type == Deployment.class) {
                return "replicas: " + replicas + "\n  progressDeadlineSeconds: 60";
            }
            if (type == StatefulSet.class) {
                return "replicas: " + replicas + (random.nextBoolean() ? "\n  podManagementPolicy: Parallel" : "");
            }
            return "updateStrategy: {rollingUpdate: "
                    + (random.nextBoolean() ? "{maxSurge: 1, maxUnavailable: 0}}" : "{maxUnavailable: 50%}}");
        }

        Class<?> play() throws InterruptedException, IOException {
            RolloutVerifier calm = RolloutVerifier.on(cluster).with(OPTIONS);
            calm.verify(cluster.apply(clock("clock:1.0"), WriteOptions.defaults()))
                    .orElseThrow();
            cluster.advance(ofSeconds(30L * random.nextInt(2)));
            HasMetadata applied = cluster.apply(clock(image), WriteOptions.defaults());
            Path watched = Files.createTempFile(folder, "watch", ".jsonl");
            Verdict verdict;
            try (RecordingWriter writer = RecordingWriter.to(watched, cluster.time())) {
                verdict = calm.onProgress(this::look).onChange(writer).verify(applied);
            } catch (InterruptedException interrupted) {
                return InterruptedException.class;
            } finally {
                // It may have come after the last wait.
                Thread.interrupted();
            }
            tell(verdict.summary());
            if (Collections.disjoint(deeds, EnumSet.of(Deed.AWAY, Deed.CHANGED_THE_TEMPLATE))) {
                // A recording knows neither of what nobody could see for a while, nor of a template that was replaced
                // unseen.
                Verdict replayed =
                        Replay.of(Recording.read(watched)).with(OPTIONS).judge();
                assertThat(replayed.outcome())
                        .as("%s, replayed: %s", story, replayed.summary())
                        .isEqualTo(verdict.outcome());
            }
            Files.delete(watched);
            if (verdict.isComplete() && deeds.isEmpty()) {
                everyPodIsNewAndReady();
            }
            cluster.faults().delayWatches(ofMillis(0));
            cluster.advance(ofMinutes(3));
            boolean good = List.of("clock:1.1", "clock:late").contains(image);
            boolean replaced = deeds.contains(Deed.CHANGED_THE_TEMPLATE);
            boolean harmless =
                    EnumSet.of(Deed.AWAY, Deed.DELETED_A_POD, Deed.SCALED).containsAll(deeds);
            if (good && harmless && !(verdict instanceof Verdict.Unreachable)) {
                assertThat(verdict.isComplete()).as("%s", story).isTrue();
            }
            if (!good && !replaced && !deeds.contains(Deed.SCALED)) {
                assertThat(verdict.isComplete()).as("%s", story).isFalse();
            }
            if (verdict.isComplete() && !replaced) {
                assertThat(imagesOfPods()).as("%s", story).isSubsetOf(image);
            }
            return verdict.getClass();
        }

        private HasMetadata clock(String image) {
            return clock(type, "app: clock", spec, image);
        }

        @Override
        String deed() {
            return switch (random.nextInt(12)) {
                case 0, 1, 2 -> deleteAPod();
                case 3 -> type == DaemonSet.class ? "nothing to scale" : scale(workload(), 1 + random.nextInt(4));
                case 4 -> annotate();
                case 5 -> changeTheImage();
                case 6 -> applyAgain(clock(random.nextBoolean() ? image : "clock:1.0"));
                case 7 -> limitPods(replicas * 2);
                case 8 -> failSometimes();
                case 9 -> goAway();
                case 10 -> cutWatches();
                default -> delayWatches();
            };
        }

        private HasMetadata workload() {
            return all(type).get(0);
        }

        private void everyPodIsNewAndReady() {
            assertThat(all(Pod.class).stream()
                            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                            .toList())
                    .as("%s", story)
                    .isNotEmpty()
                    .allMatch(pod ->
                            pod.getSpec().getContainers().get(0).getImage().equals(image))
                    .allMatch(pod -> pod.getStatus().getConditions().stream()
                            .anyMatch(condition -> condition.getType().equals("Ready")
                                    && condition.getStatus().equals("True")));
        }
    }
}
