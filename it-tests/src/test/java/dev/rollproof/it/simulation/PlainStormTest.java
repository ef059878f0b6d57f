// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Strategy;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Rollouts that the Deployment controller plays by itself, with a rollback, in a storm. However that goes, whoever watches comes to an end,
 * the Deployment is not left held, its fields belong to whoever applies it, and the verdict is true.
 * CI plays twenty times as many. {@code -Drollproof.seed=N -Drollproof.seeds=1} plays a failing seed again.
 */
class PlainStormTest {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofMinutes(2));

    @Test
    void whateverHappensTheVerdictIsTrueAndARollbackLeavesNothingOfItself() throws InterruptedException {
        StormyRollout.playAll(
                Scene::new,
                Scene::play,
                Verdict.Complete.class,
                Verdict.Superseded.class,
                Verdict.Paused.class,
                RollbackResult.Restored.class,
                StormyRollout.DiedException.class);
    }

    private static final RollingUpdate ONE_LESS = RollingUpdate.of().maxSurge(0).maxUnavailable(1);

    private static final class Scene extends StormyRollout {
        private final Strategy strategy;
        private final int replicas;
        private final String image;
        private final boolean mayLoseTheLast;

        Scene(long seed) {
            super(seed);
            replicas = 1 + random.nextInt(5);
            image = List.of("clock:1.1", "clock:1.1", "clock:broken", "clock:never", "clock:late")
                    .get(random.nextInt(5));
            left = random.nextInt(5);
            strategy = switch (random.nextInt(4)) {
                case 0 -> Recreate.of();
                case 1 -> RollingUpdate.of().maxSurge(1).maxUnavailable(0);
                case 2 -> ONE_LESS;
                default -> RollingUpdate.of();
            };
            mayLoseTheLast = strategy.equals(ONE_LESS);
            story.add(strategy + " of " + replicas + " pods to " + image);
        }

        /** What it came to. */
        Class<?> play() throws InterruptedException {
            rollout("clock:1.0").run(cluster).orElseThrow();
            cluster.create(service("clock", "app: clock"), WriteOptions.defaults());
            usersCome(Load.of(NAMESPACE, "clock"));
            cluster.advance(ofSeconds(30L * random.nextInt(2)));
            Optional<Verdict> verdict = Optional.empty();
            Class<?> end = ClusterException.class;
            try {
                verdict = Optional.of(
                        rollout(image).with(OPTIONS).onProgress(this::look).run(inTheStorm()));
                tell(verdict.get().summary());
                end = verdict.get().getClass();
            } catch (DiedException died) {
                end = DiedException.class;
                cluster.advance(ofSeconds(random.nextInt(20)));
                rollBackUntilNobodyDies();
            } catch (InterruptedException interrupted) {
                end = InterruptedException.class;
                if (deeds.contains(Deed.AWAY)) {
                    // Whoever is interrupted does not wait for long to have the last word.
                    rollBackUntilNobodyDies();
                }
            } catch (ClusterException refused) {
                tell("refused: " + refused.getMessage());
            }
            // It may have come after the last wait.
            Thread.interrupted();
            verdict.filter(Verdict::isComplete).ifPresent(complete -> isCompleteNow());
            cluster.faults().delayWatches(ofMillis(0));
            cluster.advance(ofMinutes(3));
            nothingOfARollbackIsLeft();
            if (!podsMayBeMissing()) {
                usersWereServed();
            }
            return verdict.isPresent() ? isTrue(verdict.get()) : end;
        }

        private Rollout rollout(String image) {
            return Rollout.of(clock(image)).by(strategy).orElse(Rollback.rollBack());
        }

        private Deployment clock(String image) {
            return clock(
                    Deployment.class, "app: clock", "replicas: " + replicas + "\n  progressDeadlineSeconds: 60", image);
        }

        private void rollBackUntilNobodyDies() {
            while (true) {
                try {
                    tell(Rollback.rollBack().run(inTheStorm(), CLOCK, OPTIONS).inWords());
                    return;
                } catch (DiedException | InterruptedException died) {
                    cluster.advance(ofSeconds(random.nextInt(5)));
                }
            }
        }

        @Override
        String deed() {
            return switch (random.nextInt(14)) {
                case 0, 1 -> deleteAPod();
                case 2 -> scale(current(), 1 + random.nextInt(5));
                case 3, 4 -> annotate();
                case 5 -> pause();
                case 6 -> changeTheImage();
                case 7 -> applyAgain(clock(random.nextBoolean() ? image : "clock:1.0"));
                case 8 -> {
                    deeds.add(Deed.CHANGED_THE_TEMPLATE);
                    RolloutActions.on(cluster).undo(CLOCK);
                    yield "somebody undoes it";
                }
                case 9 -> limitPods(replicas * 2);
                case 10 -> failSometimes();
                case 11 -> goAway();
                case 12 -> cutWatches();
                default -> delayWatches();
            };
        }

        private boolean podsMayBeMissing() {
            return deeds.contains(Deed.DELETED_A_POD)
                    || deeds.contains(Deed.LIMITED)
                    || strategy instanceof Recreate
                    || mayLoseTheLast && (replicas == 1 || deeds.contains(Deed.SCALED));
        }

        private void isCompleteNow() {
            if (deeds.isEmpty()) {
                ObservedDeployment d = Observed.from(current());
                assertThat(List.of(d.updatedReplicas(), d.availableReplicas()))
                        .as("updated and available: %s", story)
                        .containsOnly(replicas);
            }
        }

        private void nothingOfARollbackIsLeft() {
            Deployment stored = whateverTheFaults(
                    () -> cluster.get(Deployment.class, NAMESPACE, "clock").orElseThrow());
            assertThat(stored.getMetadata().getAnnotations()).as("%s", story).doesNotContainKey(Rollback.HELD);
            assertThat(Boolean.TRUE.equals(stored.getSpec().getPaused()) && !deeds.contains(Deed.PAUSED))
                    .as("paused: %s", story)
                    .isFalse();
            assertThat(stored.getMetadata().getManagedFields())
                    .as("%s", story)
                    .extracting(ManagedFieldsEntry::getManager)
                    .doesNotContain("rollproof-rollback");
        }

        private Class<?> isTrue(Verdict verdict) {
            RollbackResult result = verdict.evidence().rollback().orElse(new RollbackResult.Omitted("not needed"));
            if (deeds.isEmpty()) {
                assertThat(verdict.evidence().promises().orElseThrow().broken())
                        .as("%s", story)
                        .isEmpty();
            }
            boolean harmless = !List.of("clock:broken", "clock:never").contains(image)
                    && EnumSet.of(Deed.AWAY, Deed.DELETED_A_POD, Deed.SCALED).containsAll(deeds);
            if (harmless && !(verdict instanceof Verdict.Unreachable)) {
                // No false alarm.
                assertThat(verdict.isComplete()).as("%s", story).isTrue();
            }
            if (deeds.contains(Deed.CHANGED_THE_TEMPLATE)) {
                return verdict.getClass();
            }
            if (verdict.isComplete()) {
                assertThat(imagesOfPods()).as("%s", story).containsExactly(image);
                return verdict.getClass();
            }
            if (result instanceof RollbackResult.Restored restored) {
                assertThat(Observed.from(current()).template().images())
                        .as("%s", story)
                        .containsExactly("clock:1.0");
                if (restored.verdict().isComplete()) {
                    assertThat(imagesOfPods()).as("%s", story).containsExactly("clock:1.0");
                }
                return RollbackResult.Restored.class;
            }
            boolean failed = verdict instanceof Verdict.Failed || verdict instanceof Verdict.TimedOut;
            if (failed && !deeds.contains(Deed.PAUSED)) {
                // What fails although its template worked before: scaled beyond a quota, for one.
                assertThat(verdict.summary()).as("%s", story).contains("was itself seen complete");
            }
            return verdict.getClass();
        }
    }
}
