// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.crashes;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.harness.Waiting;
import dev.rollproof.it.Yaml;
import dev.rollproof.it.contract.PageImages;
import dev.rollproof.it.routes.GatewayApi;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Canary.Shift.ThroughRoute;
import dev.rollproof.strategies.Driven;
import dev.rollproof.strategies.InterceptedCluster;
import dev.rollproof.strategies.InterceptedCluster.KilledException;
import dev.rollproof.strategies.Remains;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Rollouts;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code CrashSafetyTest} says of simulated clusters, on a real one: a driver dies before or after a write, somebody who knows no
 * more than the Deployment's name recovers, and it ends as if nothing had happened.
 *
 * <p>CI takes every third write, each story other ones; {@code -Drollproof.every.write=true} takes all.
 */
@Tag("k3s")
@Tag("detail")
@ClusterTest(ClusterKind.K3S)
class EveryWriteTest {
    private static final int EACH = Boolean.getBoolean("rollproof.every.write") ? 1 : 3;
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofSeconds(60));
    private static final Map<String, End> ENDS = new ConcurrentHashMap<>();
    private static final Check GOOD = Check.of("good", context -> true);
    private static final Check BAD = Check.of("bad", context -> false);

    private Cluster cluster;
    private String namespace;

    /** What a driver leaves, and in how many writes. */
    private record End(List<String> state, List<String> writes) {}

    /** @param labels the workload's, beside its name */
    record Story(String name, String labels, Driven strategy) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Story> stories() {
        String stable = ", track: stable";
        String blue = ", color: blue";
        Canary canary = Canary.of().weight(50).check(GOOD);
        ThroughRoute route = ThroughRoute.of("page", "page-stable", "page-canary");
        return Stream.of(
                new Story("canary, promoted", stable, canary),
                new Story("canary, turned back", stable, canary.check(BAD)),
                new Story("held canary, promoted", "", canary.withinOneDeployment()),
                new Story("held canary, turned back", "", canary.check(BAD).withinOneDeployment()),
                new Story("routed canary, promoted", stable, canary.through(route)),
                new Story(
                        "routed canary, turned back", stable, canary.check(BAD).through(route)),
                new Story("blue-green, switched", blue, BlueGreen.behind("page").keepOldFor(ofSeconds(1))),
                new Story(
                        "blue-green, switched back",
                        blue,
                        BlueGreen.behind("page").keepOldFor(ofSeconds(5)).checkAfter(BAD)));
    }

    @BeforeEach
    void take(Cluster givenCluster, TestNamespace givenNamespace, K3s k3s) {
        cluster = givenCluster;
        namespace = givenNamespace.name();
        PageImages.loadInto(k3s);
        GatewayApi.ensureIn(cluster);
    }

    @ParameterizedTest
    @MethodSource("stories")
    void killedBeforeAWriteItRecoversToTheSameEnd(Story story) throws InterruptedException {
        recoversToTheSameEnd(story, false);
    }

    @ParameterizedTest
    @MethodSource("stories")
    void killedAfterAWriteItRecoversToTheSameEnd(Story story) throws InterruptedException {
        recoversToTheSameEnd(story, true);
    }

    private void recoversToTheSameEnd(Story story, boolean afterIt) throws InterruptedException {
        End expected = undisturbed(story);
        assertThat(expected.state()).noneMatch(line -> line.contains("rollproof.dev/"));
        // Before the first one nothing has begun.
        int first = 2 + Math.floorMod(story.name().hashCode(), EACH);
        int tried = 0;
        for (int write = first; write <= expected.writes().size(); write += EACH) {
            Desk desk = new Desk(story);
            String when = story + ", killed " + (afterIt ? "after" : "before") + " write " + write + ": "
                    + expected.writes().get(write - 1);
            if (desk.rolledUntilKilled(write, afterIt)) {
                desk.comesTo(expected, when + ": " + desk.recovered().summary());
            } else {
                // What the controller had not copied yet need not be swept.
                assertThat(write).as(when).isGreaterThan(Remains.lastOfState(expected.writes(), "page"));
                desk.comesTo(expected, when);
            }
            desk.clear();
            tried++;
        }
        assertThat(tried).as("writes that were tried").isPositive();
        System.out.printf(
                "EveryWriteTest: %s, killed %s %d of %d writes, recovered to the same end%n",
                story, afterIt ? "after" : "before", tried, expected.writes().size());
    }

    /** What fabric8's client does with a write that it hears no answer to; the last one of all is always tried. */
    @ParameterizedTest
    @MethodSource("stories")
    void whereItsClientSendsAWriteAgainItComesToTheSameEnd(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        int writes = expected.writes().size();
        for (int write = 1 + Math.floorMod(writes - 1, EACH); write <= writes; write += EACH) {
            Desk desk = new Desk(story);
            Verdict verdict = desk.rolled(InterceptedCluster.sendingAgain(cluster, write));
            String when = story + ", write " + write + " is sent again: "
                    + expected.writes().get(write - 1) + ": " + verdict.summary();
            assertThat(verdict).as(when).isNotInstanceOf(Verdict.Superseded.class);
            desk.comesTo(expected, when);
            desk.clear();
        }
    }

    @Test
    void aRollbackThatDiesAtAnyWriteIsGoneOnWithByTheNext() throws InterruptedException {
        ObjectRef page = new ObjectRef("Deployment", namespace, "page");
        int killed = 0;
        for (int write = 1; write <= 4; write++) {
            for (boolean afterIt : List.of(false, true)) {
                Desk desk = new Desk(new Story("rolling update", "", Canary.of()));
                Rollout.of(desk.page("page:1.0"))
                        .with(OPTIONS)
                        .orElse(Rollback.rollBack())
                        .run(cluster)
                        .orElseThrow();
                RolloutActions.on(cluster).apply(desk.page("localhost/none:1"));
                Waiting.on(cluster)
                        .until("there is a new pod", () -> desk.all(Pod.class).size() == 3);
                String when = "killed " + (afterIt ? "after" : "before") + " write " + write;
                InterceptedCluster deadly = InterceptedCluster.killing(cluster, write, afterIt);
                try {
                    Rollback.rollBack().run(deadly, page, OPTIONS);
                } catch (KilledException dead) {
                    killed++;
                }
                // Which changes the generation, and is nobody's business.
                cluster.patch(
                        Deployment.class,
                        namespace,
                        "page",
                        Patch.merge("{\"metadata\":{\"annotations\":{\"team\":\"shop\"}}}"),
                        WriteOptions.defaults());
                Rollback.rollBack().run(cluster, page, OPTIONS);
                desk.atRest();
                Deployment stored =
                        cluster.get(Deployment.class, namespace, "page").orElseThrow();
                assertThat(stored.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0)
                                .getImage())
                        .as(when)
                        .isEqualTo("page:1.0");
                assertThat(stored.getSpec().getPaused()).as(when).isNull();
                assertThat(stored.getMetadata().getAnnotations()).as(when).doesNotContainKey(Rollback.HELD);
                assertThat(stored.getMetadata().getManagedFields())
                        .as(when)
                        .extracting(ManagedFieldsEntry::getManager)
                        .doesNotContain("rollproof-rollback");
                desk.clear();
            }
        }
        // Pause, template, owners, and the mark.
        assertThat(killed).isEqualTo(8);
    }

    private End undisturbed(Story story) throws InterruptedException {
        End known = ENDS.get(story.name());
        if (known == null) {
            Desk desk = new Desk(story);
            known = desk.rolledToTheEnd();
            ENDS.put(story.name(), known);
            desk.clear();
        }
        return known;
    }

    /** A workload with all that is around it, which nobody else uses. */
    private final class Desk {
        private final Story story;

        Desk(Story story) throws InterruptedException {
            this.story = story;
            for (String service : List.of("page", "page-stable", "page-canary")) {
                String track = service.equals("page") ? "" : ", track: " + service.substring("page-".length());
                String labels = service.equals("page") && story.labels().contains("color") ? story.labels() : track;
                cluster.create(
                        Yaml.read(Service.class, """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: %s, namespace: %s}
                        spec: {selector: {app: page%s}, ports: [{port: 80, targetPort: 8080}]}
                        """.formatted(service, namespace, labels)), WriteOptions.defaults());
            }
            if (isRouted()) {
                cluster.create(Yaml.read(HTTPRoute.class, """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: HTTPRoute
                        metadata: {name: page, namespace: %s}
                        spec:
                          parentRefs: [{name: gateway}]
                          rules:
                          - backendRefs: [{name: page-stable, port: 80, weight: 1}, {name: page-canary, port: 80, weight: 0}]
                        """.formatted(namespace)), WriteOptions.defaults());
            }
            Rollout.of(page("page:1.0")).with(OPTIONS).run(cluster).orElseThrow();
        }

        private boolean isRouted() {
            return story.strategy() instanceof Canary canary && canary.shift() instanceof ThroughRoute;
        }

        private Deployment page(String image) {
            return Yaml.read(Deployment.class, """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: page, namespace: %1$s}
                    spec:
                      replicas: 2
                      selector: {matchLabels: {app: page%2$s}}
                      template:
                        metadata: {labels: {app: page%2$s}}
                        spec:
                          terminationGracePeriodSeconds: 1
                          containers:
                          - {name: web, image: "%3$s", readinessProbe: {periodSeconds: 1, httpGet: {path: /ready, port: 8080}}}
                    """.formatted(namespace, story.labels(), image));
        }

        private Verdict rolled(Cluster driven) throws InterruptedException {
            return Rollout.of(page("page:1.1"))
                    .by(story.strategy())
                    .with(OPTIONS)
                    .run(driven);
        }

        boolean rolledUntilKilled(int write, boolean afterIt) throws InterruptedException {
            try {
                rolled(InterceptedCluster.killing(cluster, write, afterIt));
                return false;
            } catch (KilledException killed) {
                return true;
            }
        }

        End rolledToTheEnd() throws InterruptedException {
            InterceptedCluster counted = InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
            rolled(counted);
            atRest();
            return new End(Remains.in(cluster, namespace), List.copyOf(counted.writes()));
        }

        Verdict recovered() throws InterruptedException {
            return Rollouts.on(cluster)
                    .with(OPTIONS)
                    .withChecks(GOOD, BAD)
                    .recover(new ObjectRef("Deployment", namespace, "page"));
        }

        void comesTo(End expected, String when) throws InterruptedException {
            atRest();
            assertThat(Remains.in(cluster, namespace)).as(when).isEqualTo(expected.state());
        }

        /** No pod is on its way out, and no old one is left. */
        private void atRest() throws InterruptedException {
            Waiting.on(cluster).until("two pods are left", () -> all(Pod.class).size() == 2);
        }

        void clear() throws InterruptedException {
            for (Class<? extends HasMetadata> type : List.of(Deployment.class, Service.class)) {
                all(type).forEach(object -> delete(type, object));
            }
            if (isRouted()) {
                all(HTTPRoute.class).forEach(object -> delete(HTTPRoute.class, object));
            }
            Waiting.on(cluster)
                    .until(
                            "nothing is left",
                            () -> all(Pod.class).isEmpty()
                                    && all(ReplicaSet.class).isEmpty());
        }

        private void delete(Class<? extends HasMetadata> type, HasMetadata object) {
            cluster.delete(type, namespace, object.getMetadata().getName(), DeleteOptions.defaults());
        }

        private <T extends HasMetadata> List<T> all(Class<T> type) {
            return cluster.list(Query.of(type).inNamespace(namespace));
        }
    }
}
