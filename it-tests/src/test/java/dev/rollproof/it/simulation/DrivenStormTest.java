// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Driven;
import dev.rollproof.strategies.Remains;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Rollouts;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RolloutActionException;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Canaries and blue-greens from random seeds, while people, tools, networks and servers do something: before a write, after it, and
 * between. Drivers die, answers get lost. However that goes, whoever drives ends, nothing of it is left, and users are served.
 * CI plays twenty times as many. {@code -Drollproof.seed=N -Drollproof.seeds=1} plays a failing seed again.
 */
class DrivenStormTest {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofMinutes(2));
    private static final Check GOOD = Check.of("good", context -> true);
    private static final Check BAD = Check.of("bad", context -> false);

    @Test
    void whateverHappensADriverEndsNothingOfItIsLeftAndUsersAreServed() throws InterruptedException {
        StormyRollout.playAll(
                Scene::new,
                scene -> scene.play().<Class<?>>map(Object::getClass).orElse(ClusterException.class),
                Verdict.Complete.class,
                Verdict.Failed.class,
                Verdict.TimedOut.class,
                Verdict.Superseded.class);
    }

    private static final class Scene extends StormyRollout {
        private final Driven strategy;
        private final String labels;
        private final int replicas;
        private final String image;
        private final boolean rollback;
        private Instant othersScaled = Instant.MIN;

        Scene(long seed) {
            super(seed);
            replicas = 1 + random.nextInt(4);
            image = List.of("clock:1.1", "clock:1.1", "clock:1.1", "clock:broken", "clock:never")
                    .get(random.nextInt(5));
            rollback = random.nextInt(3) == 0;
            left = 1 + random.nextInt(5);
            strategy = strategy();
            labels = "app: clock, " + (strategy instanceof BlueGreen ? "color: blue" : "track: stable");
            story.add(strategy + " of " + replicas + " pods to " + image + (rollback ? ", with a rollback" : ""));
        }

        private Driven strategy() {
            Check check = random.nextInt(3) == 0 ? BAD : GOOD;
            Canary canary =
                    Canary.of().weight(25).pause(ofSeconds(5)).check(check).weight(50);
            if (random.nextBoolean()) {
                canary = canary.abortStepByStep();
            }
            BlueGreen blueGreen = BlueGreen.behind("clock").keepOldFor(ofSeconds(10));
            return switch (random.nextInt(4)) {
                case 0 -> canary;
                case 1 -> replicas == 1 ? canary : canary.withinOneDeployment();
                case 2 -> canary.throughRoute("clock", "clock-stable", "clock-canary");
                default -> check == BAD ? blueGreen.checkAfter(BAD) : blueGreen.check(GOOD);
            };
        }

        /** The last verdict; empty where it was refused before it began. */
        Optional<Verdict> play() throws InterruptedException {
            begin();
            Optional<Verdict> verdict = rolledOut();
            boolean begun = story.stream().noneMatch(line -> line.endsWith("the driver dies before write 1"));
            for (int i = 0; begun && i < 10 && goesOn(verdict); i++) {
                cluster.advance(ofSeconds(random.nextInt(20)));
                verdict = recovered();
            }
            Instant ended = cluster.time().now();
            cluster.faults().delayWatches(ofMillis(0));
            cluster.advance(ofMinutes(3));
            if (verdict.isEmpty()) {
                // Who died at the very end left copies of the state on ReplicaSets.
                told(() -> rollouts(cluster).recover(CLOCK));
            }
            if (!othersTookPods()) {
                usersWereServed();
            }
            nothingIsLeft();
            if (!deeds.contains(Deed.DELETED_WHAT_IS_LIVE)) {
                // Whoever scales the other version as its driver ends, which hears late and tries again, has the last
                // word.
                if (othersScaled.isBefore(ended.minus(LATEST.multipliedBy(2)))) {
                    oneVersionIsLeft();
                }
                usersAreServed();
            }
            if (verdict.isPresent() && verdict.get().isComplete() && begun) {
                allPodsAreNew();
            }
            return verdict;
        }

        /** Nobody knows yet how it ends. */
        private boolean goesOn(Optional<Verdict> verdict) {
            boolean marked = current().getMetadata().getAnnotations().containsKey("rollproof.dev/state");
            return marked
                    && verdict.filter(v -> !(v instanceof Verdict.Unreachable)).isEmpty();
        }

        private void begin() throws InterruptedException {
            cluster.create(serviceOfUsers(), WriteOptions.defaults());
            for (String track : List.of("stable", "canary")) {
                cluster.create(service("clock-" + track, "app: clock, track: " + track), WriteOptions.defaults());
            }
            cluster.create(Yaml.read(HTTPRoute.class, """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: clock, namespace: default}
                    spec:
                      parentRefs: [{name: gateway}]
                      rules:
                      - backendRefs: [{name: clock-stable, port: 80, weight: 1}, {name: clock-canary, port: 80, weight: 0}]
                    """), WriteOptions.defaults());
            withRollback(Rollout.of(clock("clock:1.0"))).run(cluster).orElseThrow();
            cluster.advance(ofSeconds(30));
            boolean routed = shift() instanceof Canary.Shift.ThroughRoute;
            usersCome(routed ? Load.ofHost("clock.example.com") : Load.of(NAMESPACE, "clock"));
        }

        private Canary.@Nullable Shift shift() {
            return strategy instanceof Canary canary ? canary.shift() : null;
        }

        private Service serviceOfUsers() {
            return service("clock", strategy instanceof BlueGreen ? labels : "app: clock");
        }

        private Deployment clock(String image) {
            return clock(Deployment.class, labels, "replicas: " + replicas, image);
        }

        private Rollout withRollback(Rollout rollout) {
            return rollback ? rollout.orElse(Rollback.rollBack()) : rollout;
        }

        private Optional<Verdict> rolledOut() throws InterruptedException {
            Rollout rollout = withRollback(
                    Rollout.of(clock(image)).by(strategy).with(OPTIONS).onProgress(this::look));
            return told(() -> rollout.run(inTheStorm()));
        }

        private Optional<Verdict> recovered() throws InterruptedException {
            boolean back = random.nextBoolean();
            tell(back ? "somebody rolls back" : "somebody recovers");
            Rollouts rollouts = rollouts(inTheStorm()).onProgress(this::look);
            return told(() -> back ? rollouts.rollBack(CLOCK) : rollouts.recover(CLOCK));
        }

        private static Rollouts rollouts(Cluster cluster) {
            return Rollouts.on(cluster).with(OPTIONS).withChecks(GOOD, BAD);
        }

        /** What is driven, and may end with a verdict. */
        private interface Drive {
            Verdict run() throws InterruptedException;
        }

        private Optional<Verdict> told(Drive drive) throws InterruptedException {
            try {
                Verdict verdict = drive.run();
                tell(verdict.summary());
                return Optional.of(verdict);
            } catch (DiedException | InterruptedException died) {
                return Optional.empty();
            } catch (ClusterException | RolloutActionException refused) {
                tell("refused: " + refused.getMessage());
                return Optional.empty();
            } finally {
                // It may have come after the last wait.
                Thread.interrupted();
            }
        }

        // What cannot be fenced around a write is said in docs/decisions/0013.
        @Override
        String deedBetweenWrites() throws InterruptedException {
            return switch (random.nextInt(24)) {
                case 0 -> "a second driver: " + rollouts(cluster).recover(CLOCK).summary();
                case 1 -> {
                    deeds.add(Deed.CHANGED_THE_TEMPLATE);
                    yield "another rollout: "
                            + Rollout.of(clock("clock:1.3"))
                                    .by(strategy)
                                    .with(OPTIONS)
                                    .run(cluster)
                                    .summary();
                }
                default -> deed();
            };
        }

        @Override
        String deed() {
            return switch (random.nextInt(17)) {
                case 0, 1 -> deleteAPod();
                case 2 -> scale(current(), 1 + random.nextInt(5));
                case 3 -> copy().map(this::scaleTheCopy).orElse("nothing to scale");
                case 4 -> annotate();
                case 5 -> pause();
                case 6 -> changeTheImage();
                case 7 -> applyAgain(clock(random.nextBoolean() ? image : "clock:1.0"));
                case 8 -> applyAgain(serviceOfUsers());
                case 9 -> deleteTheCopy();
                case 10 -> limitPods(replicas * 2);
                case 11 -> failSometimes();
                case 12 -> goAway();
                case 13 -> cutWatches();
                case 14 -> {
                    rollouts(cluster).abort(CLOCK);
                    yield "somebody tells it to turn back";
                }
                case 15 -> {
                    rollouts(cluster).promote(CLOCK);
                    yield "somebody promotes it";
                }
                default -> delayWatches();
            };
        }

        private String scaleTheCopy(Deployment copy) {
            othersScaled = cluster.time().now();
            return scale(copy, random.nextInt(4));
        }

        private String deleteTheCopy() {
            Optional<Deployment> copy = copy();
            if (current().getSpec().getReplicas() == 0) {
                deeds.add(Deed.DELETED_WHAT_IS_LIVE);
            }
            if (shift() instanceof Canary.Shift.ThroughRoute) {
                // It keeps its weight until a driver sees it, and there may be none just then.
                deeds.add(Deed.DELETED_A_POD);
            }
            copy.ifPresent(one -> cluster.delete(
                    Deployment.class, NAMESPACE, one.getMetadata().getName(), DeleteOptions.defaults()));
            return copy.isPresent() ? "the other Deployment is deleted" : "nothing to delete";
        }

        private Optional<Deployment> copy() {
            return all(Deployment.class).stream()
                    .filter(one -> !one.getMetadata().getName().equals("clock"))
                    .findFirst();
        }

        private void nothingIsLeft() {
            List<Deployment> deployments = all(Deployment.class);
            Stream.of(deployments, all(ReplicaSet.class), all(Service.class), all(HTTPRoute.class))
                    .flatMap(List::stream)
                    .forEach(one -> assertThat(Remains.marksOn(one))
                            .as("%s/%s, %s", one.getKind(), one.getMetadata().getName(), story)
                            .isEmpty());
            for (Deployment one : deployments) {
                var spec = one.getSpec();
                String which = one.getMetadata().getName() + ", " + story;
                assertThat(Optional.ofNullable(spec.getMinReadySeconds()).orElse(0))
                        .as("minReadySeconds of %s", which)
                        .isZero();
                assertThat(spec.getProgressDeadlineSeconds()).as(which).isEqualTo(600);
                assertThat(spec.getStrategy())
                        .as(which)
                        .isEqualTo(current().getSpec().getStrategy());
                assertThat(Boolean.TRUE.equals(spec.getPaused()) && !deeds.contains(Deed.PAUSED))
                        .as("paused is %s", which)
                        .isFalse();
            }
        }

        private boolean othersTookPods() {
            return deeds.contains(Deed.DELETED_A_POD)
                    || deeds.contains(Deed.DELETED_WHAT_IS_LIVE)
                    || deeds.contains(Deed.LIMITED)
                    // It is held with limits for another size.
                    || deeds.contains(Deed.SCALED) && shift() instanceof Canary.Shift.WithinOneDeployment;
        }

        private void oneVersionIsLeft() {
            List<Deployment> serving = all(Deployment.class).stream()
                    .filter(one -> one.getSpec().getReplicas() > 0)
                    .toList();
            assertThat(serving).as("those with pods, %s", story).hasSize(1);
            if (!deeds.contains(Deed.SCALED)) {
                assertThat(serving.get(0).getSpec().getReplicas())
                        .as("%s", story)
                        .isEqualTo(replicas);
            }
        }

        private void usersAreServed() {
            String name = strategy instanceof BlueGreen ? "clock" : "clock-stable";
            Map<String, String> selector = all(Service.class).stream()
                    .filter(service -> service.getMetadata().getName().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .getSpec()
                    .getSelector();
            assertThat(all(Pod.class).stream()
                            .filter(pod ->
                                    pod.getMetadata().getLabels().entrySet().containsAll(selector.entrySet()))
                            .map(Observed::from)
                            .anyMatch(ObservedPod::ready))
                    .as("somebody serves behind %s, %s", name, story)
                    .isTrue();
        }

        private void allPodsAreNew() {
            if (!deeds.contains(Deed.CHANGED_THE_TEMPLATE)) {
                assertThat(imagesOfPods()).as("%s", story).containsExactly(image);
            }
        }
    }
}
