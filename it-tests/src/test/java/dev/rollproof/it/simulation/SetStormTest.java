// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Rollouts of StatefulSets and DaemonSets in a storm: whoever watches comes to an end, what is called complete is complete, a good version
 * is no false alarm, and a broken one is called nothing else.
 * CI plays twenty times as many. {@code -Drollproof.seed=N -Drollproof.seeds=1} plays a failing seed again.
 */
class SetStormTest {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofMinutes(3));

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

    private static final class Scene extends StormyRollout {
        private final Class<? extends HasMetadata> type;
        private final int replicas;
        private final String image;
        private final String spec;
        private boolean touched;

        Scene(long seed) {
            super(seed);
            type = random.nextBoolean() ? StatefulSet.class : DaemonSet.class;
            replicas = 1 + random.nextInt(4);
            image = List.of("clock:1.1", "clock:1.1", "clock:late", "clock:broken", "clock:never")
                    .get(random.nextInt(5));
            left = random.nextInt(5);
            spec = type == StatefulSet.class
                    ? "replicas: " + replicas + (random.nextBoolean() ? "\n  podManagementPolicy: Parallel" : "")
                    : random.nextBoolean()
                            ? "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"
                            : "updateStrategy: {rollingUpdate: {maxUnavailable: 50%}}";
            story.add(type.getSimpleName() + " of " + spec + " to " + image);
        }

        Class<?> play() throws InterruptedException {
            RolloutVerifier calm = RolloutVerifier.on(cluster).with(OPTIONS);
            calm.verify(cluster.apply(clock("clock:1.0"), WriteOptions.defaults()))
                    .orElseThrow();
            cluster.advance(ofSeconds(30L * random.nextInt(2)));
            HasMetadata applied = cluster.apply(clock(image), WriteOptions.defaults());
            Verdict verdict = calm.onProgress(this::look).verify(applied);
            tell(verdict.summary());
            boolean undisturbed = !touched && deeds.isEmpty();
            if (verdict.isComplete() && undisturbed) {
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
                case 3 -> scaleIt();
                case 4 -> patched("{\"metadata\":{\"annotations\":{\"team\":\"shop\"}}}");
                case 5 -> {
                    deeds.add(Deed.CHANGED_THE_TEMPLATE);
                    yield patched(
                            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"clock:1.3\"}]}}}}");
                }
                case 6 -> {
                    deeds.add(Deed.CHANGED_THE_TEMPLATE);
                    cluster.apply(
                            clock(random.nextBoolean() ? image : "clock:1.0"),
                            WriteOptions.defaults().withFieldManager("gitops"));
                    yield "a tool applies it again";
                }
                case 7 -> limitPods(replicas * 2);
                case 8 -> failSometimes();
                case 9 -> goAway();
                case 10 -> cutWatches();
                default -> delayWatches();
            };
        }

        private String scaleIt() {
            if (type != StatefulSet.class) {
                return "nothing to scale";
            }
            deeds.add(Deed.SCALED);
            int to = 1 + random.nextInt(4);
            cluster.scale(StatefulSet.class, NAMESPACE, "clock", to, WriteOptions.defaults());
            return "scaled to " + to;
        }

        private String patched(String patch) {
            touched = true;
            cluster.patch(type, NAMESPACE, "clock", Patch.strategicMerge(patch), WriteOptions.defaults());
            return "somebody patches " + patch;
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
