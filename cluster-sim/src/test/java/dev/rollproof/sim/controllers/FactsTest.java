// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.rolling.RollingArithmetic;
import dev.rollproof.k8s.rolling.RollingArithmetic.Size;
import dev.rollproof.sim.World;
import dev.rollproof.sim.controllers.PodDeletionOrder.Candidate;
import dev.rollproof.sim.controllers.ProgressRules.Counts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs and expected outputs of Kubernetes' own Deployment and ReplicaSet controllers; the resource names the sources. */
class FactsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.5Z");
    private static final String STAMP = "2026-01-01T12:00:00Z";
    private static final List<Map<String, Object>> GROUPS = read();

    /** One row of a table. */
    @SuppressWarnings("unchecked")
    record Facts(Map<String, Object> in, Map<String, Object> out, Map<String, Object> group) {
        int i(String key) {
            return ((Number) Objects.requireNonNull(in.get(key), key)).intValue();
        }

        int i(String key, int otherwise) {
            return in.get(key) == null ? otherwise : i(key);
        }

        @Nullable
        String text(String key) {
            return (String) in.get(key);
        }

        List<Integer> ints(String key) {
            return integers((List<Object>) Objects.requireNonNull(in.get(key), key));
        }

        List<Map<String, Object>> maps(String key) {
            return (List<Map<String, Object>>) Objects.requireNonNull(in.get(key), key);
        }

        Object o(String key) {
            return Objects.requireNonNull(out.get(key), key);
        }

        List<Integer> outInts(String key) {
            return integers((List<Object>) o(key));
        }

        static List<Integer> integers(List<Object> numbers) {
            return numbers.stream().map(n -> ((Number) n).intValue()).toList();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> read() {
        try (InputStream in = FactsTest.class.getResourceAsStream("deployment-controller-cases.json")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return (List<Map<String, Object>>)
                    Objects.requireNonNull(Models.parseJson(text).get("groups"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    static Stream<Arguments> rows() {
        return GROUPS.stream()
                .flatMap(group -> ((List<Map<String, Object>>) Objects.requireNonNull(group.get("cases")))
                        .stream()
                                .map(row -> Arguments.of(Named.of(
                                        group.get("id") + " " + row.get("row"),
                                        new Facts(
                                                (Map<String, Object>) Objects.requireNonNull(row.get("in")),
                                                (Map<String, Object>) Objects.requireNonNull(row.get("out")),
                                                group)))));
    }

    @Test
    void noGroupIsLeftOut() {
        assertThat(GROUPS).hasSize(36);
        assertThat(rows().count()).isEqualTo(125);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void controllersDecideAsKubernetesDoes(Facts facts) {
        switch ((String) Objects.requireNonNull(facts.group.get("id"))) {
            case "resolve_fenceposts" -> fenceposts(facts);
            case "fencepost_sequences" -> fencepostSequence(facts);
            case "new_rs_new_replicas" ->
                assertThat(RollingArithmetic.newReplicas(
                                "RollingUpdate".equals(facts.text("strategy")),
                                facts.i("deploymentReplicas"),
                                facts.i("maxSurge"),
                                facts.i("allSpecSum"),
                                facts.i("newSpec")))
                        .isEqualTo(facts.o("newReplicas"));
            case "max_unavailable" ->
                assertThat(Fenceposts.of(deployment(facts)).unavailable()).isEqualTo(facts.o("value"));
            case "min_available" ->
                assertThat(Fenceposts.minAvailable(deployment(facts))).isEqualTo(facts.o("value"));
            case "replica_set_fraction" ->
                assertThat(ProportionalScaling.fraction(
                                new ProportionalScaling.Part(
                                        "rs", NOW, facts.i("rsSpec"), facts.i("maxReplicasAnnotation", 0)),
                                facts.i("deploymentReplicas"),
                                facts.i("maxSurge"),
                                facts.i("deploymentStatusReplicas")))
                        .isEqualTo(facts.o("fraction"));
            case "replica_counts" -> replicaCounts(facts);
            case "deployment_complete" ->
                assertThat(ProgressRules.complete(
                                facts.i("desired"),
                                new Counts(facts.i("statusReplicas"), facts.i("updated"), 0, facts.i("available")),
                                true))
                        .isEqualTo(facts.o("complete"));
            case "deployment_progressing" ->
                assertThat(ProgressRules.progressing(counts(facts.ints("old")), counts(facts.ints("new"))))
                        .isEqualTo(facts.o("progressing"));
            case "deployment_timed_out" ->
                assertThat(ProgressRules.timedOut(
                                facts.i("progressDeadlineSeconds", ProgressRules.NO_LIMIT),
                                facts.text("reason"),
                                facts.in.get("ageSeconds") == null ? null : NOW.minusSeconds(facts.i("ageSeconds")),
                                NOW))
                        .isEqualTo(facts.o("timedOut"));
            case "find_new_replica_set" -> findNew(facts);
            case "find_old_replica_sets" -> findOld(facts);
            case "equal_ignore_hash" -> equalIgnoringHash(facts);
            case "annotation_needs_update" -> annotationNeedsUpdate(facts);
            case "non_negative_int_annotation" ->
                assertThat(RevisionHistory.count(facts.text("text"))).isEqualTo(facts.o("value"));
            case "revision_history_annotation" -> revisionHistory(facts);
            case "reconcile_new_replica_set" -> reconcileNew(facts);
            case "reconcile_old_replica_sets" -> reconcileOld(facts);
            case "cleanup_unhealthy_replicas" ->
                assertThat(Objects.requireNonNull(RollingArithmetic.cleanupUnhealthy(
                                        List.of(new Size(facts.i("oldSpec"), facts.i("oldAvailable"))),
                                        facts.i("maxCleanup")))
                                .pods())
                        .isEqualTo(facts.o("cleaned"));
            case "scale_down_old_rolling" -> scaleDownOld(facts);
            case "scale_proportional" -> scaleProportional(facts);
            case "kep3973_scale_tables" -> scaleTable(facts);
            case "cleanup_history_count" -> historyCount(facts);
            case "cleanup_history_order" -> historyOrder(facts);
            case "recreate_scale_down" -> recreateScaleDown(facts);
            case "recreate_old_pods_running" ->
                assertThat(DeploymentController.oldPodsRun(facts.i("statusReplicas"), strings(facts.in.get("pods"))))
                        .isEqualTo(facts.o("running"));
            case "requeue_stuck" -> requeue(facts);
            case "sync_rollout_status" -> syncRolloutStatus(facts);
            case "slow_start_batch" -> slowStart(facts);
            case "pods_to_delete" -> podsToDelete(facts);
            case "pod_order_active" -> podOrder(facts);
            case "pod_order_ranked_equal" ->
                assertThat(compare(facts, "a", "b", 1, 1, true)).isZero();
            case "pod_order_ranked_less" ->
                assertThat(compare(facts, "first", "second", facts.i("firstRank"), facts.i("secondRank"), (Boolean)
                                Objects.requireNonNull(facts.in.get("deletionCostEnabled"))))
                        .isNegative();
            case "filter_active_replica_sets" -> filterActive(facts);
            case "next_pod_availability_check" -> nextCheck(facts);
            case "issue_95498_first_syncs" -> issue95498(facts);
            default -> throw new AssertionError("no test for " + facts.group.get("id"));
        }
    }

    private static void recreateScaleDown(Facts facts) {
        World world = new World(1, 37, true)
                .settled(World.recreate(facts.ints("oldSpecs").get(0)));
        world.setImage("clock:2");
        world.runUntil(Duration.ofMinutes(1), () -> world.sizes.size() > 1);
        assertThat(world.sets().stream().map(DeploymentSync::spec).toList()).isEqualTo(facts.outInts("oldSpecsAfter"));
    }

    private static void annotationNeedsUpdate(Facts facts) {
        Map<String, String> annotations = new HashMap<>();
        if (facts.in.get("desiredAnnotation") != null) {
            annotations.put(RevisionHistory.DESIRED, String.valueOf(facts.in.get("desiredAnnotation")));
        }
        if (facts.in.get("maxAnnotation") != null) {
            annotations.put(RevisionHistory.MAX, String.valueOf(facts.in.get("maxAnnotation")));
        }
        ReplicaSet set = new ReplicaSetBuilder()
                .withNewMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .build();
        assertThat(!DeploymentWrites.isNoted(set, 10, 20)).isEqualTo(facts.o("needsUpdate"));
    }

    @SuppressWarnings("unchecked")
    private static List<String> strings(@Nullable Object list) {
        return (List<String>) Objects.requireNonNull(list);
    }

    private static Counts counts(List<Integer> counts) {
        return new Counts(counts.get(0), counts.get(1), counts.get(2), counts.get(3));
    }

    private static @Nullable IntOrString intOrString(@Nullable Object value) {
        return value == null ? null : new IntOrString(value instanceof Number n ? (Object) n.intValue() : value);
    }

    private static void fenceposts(Facts facts) {
        Fenceposts resolved;
        try {
            resolved = Fenceposts.resolve(
                    intOrString(facts.in.get("maxSurge")),
                    intOrString(facts.in.get("maxUnavailable")),
                    facts.i("desired"));
        } catch (IllegalArgumentException refused) {
            assertThat(facts.o("error")).isEqualTo(true);
            return;
        }
        assertThat(facts.o("error")).isEqualTo(false);
        assertThat(resolved.surge()).isEqualTo(facts.o("surge"));
        assertThat(resolved.unavailable()).isEqualTo(facts.o("unavailable"));
    }

    /** Every pod is available at once; the moves are those that the arithmetic makes. */
    private static void fencepostSequence(Facts facts) {
        int desired = facts.i("desired");
        Fenceposts posts = Fenceposts.resolve(
                intOrString(facts.in.get("maxSurge")), intOrString(facts.in.get("maxUnavailable")), desired);
        int old = desired;
        int fresh = 0;
        List<String> moves = new ArrayList<>();
        while (fresh < desired || old > 0) {
            int size = RollingArithmetic.reconcileNew(true, desired, posts.surge(), old + fresh, fresh);
            if (size != fresh) {
                moves.add("new+" + (size - fresh));
                fresh = size;
                continue;
            }
            RollingArithmetic.Down down = RollingArithmetic.reconcileOld(
                    desired, posts.unavailable(), List.of(new Size(old, old)), new Size(fresh, fresh));
            moves.add("old-" + down.pods());
            old = down.specs().get(0);
            assertThat(moves).hasSizeLessThan(20);
        }
        assertThat(moves).isEqualTo(facts.o("moves"));
    }

    private static Deployment deployment(Facts facts) {
        boolean rolling = "RollingUpdate".equals(facts.text("strategy"));
        var builder = new DeploymentBuilder().withNewSpec();
        if (facts.in.get("replicas") != null) {
            builder.withReplicas(facts.i("replicas"));
        }
        builder.withNewStrategy().withType(facts.text("strategy")).endStrategy();
        if (rolling) {
            builder.editStrategy()
                    .withNewRollingUpdate()
                    .withMaxSurge(new IntOrString(1))
                    .withMaxUnavailable(intOrString(facts.in.get("maxUnavailable")))
                    .endRollingUpdate()
                    .endStrategy();
        }
        return builder.endSpec().build();
    }

    private static void replicaCounts(Facts facts) {
        List<ReplicaSet> sets = facts.maps("sets").stream()
                .map(set -> {
                    var builder = new ReplicaSetBuilder()
                            .withNewSpec()
                            .withReplicas((Integer) set.get("spec"))
                            .endSpec()
                            .withNewStatus()
                            .withReplicas((Integer) set.get("status"))
                            .withTerminatingReplicas((Integer) set.get("terminating"))
                            .withObservedGeneration(
                                    ((Number) Objects.requireNonNull(set.get("observedGeneration"))).longValue())
                            .endStatus();
                    return builder.build();
                })
                .toList();
        assertThat(DeploymentSync.specs(sets)).isEqualTo(facts.o("specSum"));
        assertThat(sets.stream().mapToInt(DeploymentSync::pods).sum()).isEqualTo(facts.o("statusSum"));
        assertThat(DeploymentStatuses.terminating(sets)).isEqualTo(facts.out.get("terminatingSum"));
    }

    private static PodTemplateSpec template(String name) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels("app", "clock")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .withImage(name)
                .endContainer()
                .endSpec()
                .build();
    }

    private static List<ReplicaSet> setsOf(Facts facts) {
        List<ReplicaSet> sets = new ArrayList<>();
        for (Map<String, Object> set : facts.maps("sets")) {
            Integer created = (Integer) set.get("created");
            sets.add(new ReplicaSetBuilder()
                    .withNewMetadata()
                    .withName("rs" + sets.size())
                    .withUid("uid" + sets.size())
                    .withCreationTimestamp(NOW.plus(Duration.ofMinutes(created == null ? -1000 : created))
                            .toString())
                    .endMetadata()
                    .withNewSpec()
                    .withReplicas(set.get("spec") == null ? 0 : (Integer) set.get("spec"))
                    .withTemplate(template((String) Objects.requireNonNull(set.get("template"))))
                    .endSpec()
                    .build());
        }
        return sets;
    }

    private static DeploymentSync syncOf(List<ReplicaSet> sets) {
        Deployment deployment = new DeploymentBuilder()
                .withNewMetadata()
                .withName("clock")
                .withGeneration(1L)
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withTemplate(template("A"))
                .endSpec()
                .build();
        return new DeploymentSync(deployment, sets);
    }

    private static @Nullable ReplicaSet newest(DeploymentSync sync) {
        Templates templates = new Templates();
        for (ReplicaSet set : sync.all) {
            if (templates.equal(
                    set.getMetadata().getUid(),
                    sync.cached.getSpec().getTemplate(),
                    set.getSpec().getTemplate())) {
                return set;
            }
        }
        return null;
    }

    private static void findNew(Facts facts) {
        List<ReplicaSet> sets = setsOf(facts);
        ReplicaSet fresh = newest(syncOf(sets));
        Integer index = fresh == null ? null : (Integer) sets.indexOf(fresh);
        assertThat(index).isEqualTo(facts.out.get("index"));
    }

    private static void findOld(Facts facts) {
        List<ReplicaSet> sets = setsOf(facts);
        ReplicaSet fresh = newest(syncOf(sets));
        List<ReplicaSet> old = new ArrayList<>(sets);
        old.remove(fresh);
        assertThat(old.stream().map(sets::indexOf).toList()).isEqualTo(facts.outInts("old"));
        assertThat(DeploymentSync.active(old).stream().map(sets::indexOf).toList())
                .isEqualTo(facts.outInts("oldWithReplicas"));
    }

    @SuppressWarnings("unchecked")
    private static void equalIgnoringHash(Facts facts) {
        PodTemplateSpec a = template("x");
        PodTemplateSpec b = template(Boolean.TRUE.equals(facts.in.get("specEqual")) ? "x" : "y");
        a.getMetadata().setLabels(labels((Map<String, Object>) facts.in.get("labelsA")));
        b.getMetadata().setLabels(labels((Map<String, Object>) facts.in.get("labelsB")));
        assertThat(Templates.equalIgnoringHash(a, b)).isEqualTo(facts.o("equal"));
        assertThat(Templates.equalIgnoringHash(b, a)).isEqualTo(facts.o("equal"));
    }

    private static Map<String, String> labels(@Nullable Map<String, Object> given) {
        Map<String, String> labels = new HashMap<>();
        Objects.requireNonNull(given)
                .forEach((key, value) -> labels.put(key.equals("hash") ? Templates.HASH_LABEL : key, value.toString()));
        return labels;
    }

    private static void revisionHistory(Facts facts) {
        String history = "";
        for (int revision = 12; revision <= facts.i("setTo"); revision++) {
            history = RevisionHistory.append(history, revision - 1, 5);
        }
        assertThat(history).isEqualTo(facts.o("history"));
    }

    private static void reconcileNew(Facts facts) {
        int spec = facts.i("newSpec");
        int size = RollingArithmetic.reconcileNew(
                true, facts.i("replicas"), facts.i("maxSurge"), facts.i("oldSpec") + spec, spec);
        Object expected = facts.out.get("scaledTo");
        assertThat(size).isEqualTo(expected == null ? spec : expected);
    }

    private static void reconcileOld(Facts facts) {
        RollingArithmetic.Down down = RollingArithmetic.reconcileOld(
                facts.i("replicas"),
                facts.i("maxUnavailable"),
                List.of(new Size(facts.i("oldSpec"), facts.i("oldAvailable"))),
                new Size(facts.i("newSpec"), facts.i("newAvailable")));
        // With neither surge nor unavailable pods, Kubernetes lets one be unavailable.
        if (facts.i("maxUnavailable") == 0) {
            down = RollingArithmetic.reconcileOld(
                    facts.i("replicas"),
                    1,
                    List.of(new Size(facts.i("oldSpec"), facts.i("oldAvailable"))),
                    new Size(facts.i("newSpec"), facts.i("newAvailable")));
        }
        assertThat(down.pods() > 0).isEqualTo(facts.o("scaled"));
        assertThat(down.specs()).containsExactly((Integer) facts.o("oldSpecAfter"));
    }

    private static void scaleDownOld(Facts facts) {
        int unavailable = Math.max(1, facts.i("maxUnavailable"));
        RollingArithmetic.Down down = RollingArithmetic.scaleDown(
                facts.i("replicas") - unavailable, List.of(new Size(facts.i("oldSpec"), facts.i("oldAvailable"))), 0);
        assertThat(down.pods() > 0).isEqualTo(facts.o("scaled"));
        assertThat(down.specs()).containsExactly((Integer) facts.o("oldSpecAfter"));
    }

    /** Plays what the controller does with active sets: one follows, several share. */
    @SuppressWarnings("unchecked")
    private static void scaleProportional(Facts facts) {
        List<Integer> specs = new ArrayList<>();
        boolean hasNew = facts.in.get("newSpec") != null;
        if (hasNew) {
            specs.add(facts.i("newSpec"));
        }
        specs.addAll(facts.ints("oldSpecs"));
        Map<String, Object> overrides =
                (Map<String, Object>) Objects.requireNonNullElse(facts.in.get("annotationDesired"), Map.of());
        List<ProportionalScaling.Part> active = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            String name = hasNew && i == 0 ? "new" : "old" + (hasNew ? i - 1 : i);
            Object own = overrides.get(name);
            int desired = own == null ? facts.i("previousReplicas") : ((Number) own).intValue();
            if (specs.get(i) > 0) {
                active.add(new ProportionalScaling.Part(
                        name, NOW.minus(Duration.ofMinutes(i)), specs.get(i), desired + facts.i("previousMaxSurge")));
            }
        }
        Map<String, Integer> sizes = new HashMap<>();
        if (active.isEmpty()) {
            sizes.put(hasNew ? "new" : "old0", facts.i("replicas"));
        } else if (active.size() == 1) {
            sizes.put(active.get(0).name(), facts.i("replicas"));
        } else {
            List<Integer> scaled = ProportionalScaling.scale(active, facts.i("replicas"), facts.i("maxSurge"), 0);
            for (int i = 0; i < active.size(); i++) {
                sizes.put(active.get(i).name(), scaled.get(i));
            }
        }
        if (hasNew) {
            assertThat(sizes.getOrDefault("new", 0)).isEqualTo(facts.o("newSpec"));
        }
        List<Integer> old = new ArrayList<>();
        for (int i = 0; i < facts.ints("oldSpecs").size(); i++) {
            old.add(sizes.getOrDefault("old" + i, 0));
        }
        assertThat(old).isEqualTo(facts.outInts("oldSpecs"));
    }

    private static void scaleTable(Facts facts) {
        List<ProportionalScaling.Part> parts = new ArrayList<>();
        for (int spec : facts.ints("specs")) {
            parts.add(new ProportionalScaling.Part(
                    "rs" + parts.size(), NOW, spec, facts.i("previousReplicas") + facts.i("maxSurge")));
        }
        assertThat(ProportionalScaling.scale(parts, facts.i("replicas"), facts.i("maxSurge"), 0))
                .isEqualTo(facts.outInts("specsAfter"));
    }

    @SuppressWarnings("unchecked")
    private static void historyCount(Facts facts) {
        List<RevisionHistory.Old> sets = new ArrayList<>();
        for (List<Object> set : (List<List<Object>>) Objects.requireNonNull(facts.in.get("sets"))) {
            sets.add(new RevisionHistory.Old(
                    "rs" + sets.size(), 0, NOW, (Integer) set.get(0), (Integer) set.get(1), true, (Boolean)
                            set.get(2)));
        }
        assertThat(RevisionHistory.superfluous(sets, facts.i("limit"))).hasSize((Integer) facts.o("deleted"));
    }

    @SuppressWarnings("unchecked")
    private static void historyOrder(Facts facts) {
        List<RevisionHistory.Old> sets = new ArrayList<>();
        for (List<Object> set : (List<List<Object>>) Objects.requireNonNull(facts.in.get("sets"))) {
            Object revision = set.get(1);
            sets.add(new RevisionHistory.Old(
                    Integer.toString(sets.size() + 1),
                    revision == null ? 0 : ((Number) revision).longValue(),
                    NOW.plusSeconds(sets.size()),
                    (Integer) set.get(0),
                    (Integer) set.get(0),
                    true,
                    false));
        }
        assertThat(RevisionHistory.superfluous(sets, facts.i("limit")).stream()
                        .map(old -> Integer.parseInt(old.name())))
                .containsExactlyInAnyOrderElementsOf(facts.outInts("deleted"));
    }

    private static void requeue(Facts facts) {
        List<Integer> status = facts.ints("newStatus");
        boolean condition = facts.in.get("condition") != null;
        Instant updated = facts.in.get("ageNs") == null
                ? null
                : NOW.minusNanos(((Number) Objects.requireNonNull(facts.in.get("ageNs"))).longValue());
        Duration after = ProgressRules.checkAgainAfter(
                facts.i("deadline", ProgressRules.NO_LIMIT),
                condition ? ProgressRules.UPDATED : null,
                updated,
                ProgressRules.complete(
                        facts.i("replicas"), new Counts(status.get(0), status.get(1), 0, status.get(2)), true),
                NOW);
        long millis = after == null ? -1 : after.toMillis();
        assertThat(millis).isEqualTo(((Number) facts.o("requeueAfterMs")).longValue());
    }

    @SuppressWarnings("unchecked")
    private static void syncRolloutStatus(Facts facts) {
        List<Integer> old = facts.ints("oldStatus");
        DeploymentStatus before = new DeploymentStatus();
        before.setReplicas(old.get(0));
        before.setUpdatedReplicas(old.get(1));
        before.setAvailableReplicas(old.get(2));
        String reason = facts.text("condition");
        String longAgo = "2017-02-15T18:49:00Z";
        if (reason != null) {
            before.setConditions(List.of(Conditions.of(
                    Conditions.PROGRESSING,
                    reason.equals(ProgressRules.TIMED_OUT) ? "False" : "True",
                    reason,
                    "",
                    longAgo)));
        }
        Deployment deployment = new DeploymentBuilder()
                .withNewMetadata()
                .withName("clock")
                .endMetadata()
                .withNewSpec()
                .withReplicas(facts.i("replicas"))
                .withProgressDeadlineSeconds((Integer) facts.in.get("deadline"))
                .withNewStrategy()
                .withType("Recreate")
                .endStrategy()
                .endSpec()
                .withStatus(before)
                .build();
        DeploymentSync sync = new DeploymentSync(deployment, List.of());
        sync.old = ((List<List<Object>>) Objects.requireNonNull(facts.in.get("otherSets")))
                .stream().map(FactsTest::set).toList();
        List<Object> fresh = (List<Object>) facts.in.get("newSet");
        sync.fresh = fresh == null ? null : set(fresh);
        DeploymentStatus status = DeploymentStatuses.counted(sync, true, STAMP);
        DeploymentStatuses.judge(sync, status, NOW, STAMP);
        var after = new Conditions(status.getConditions()).find(Conditions.PROGRESSING);
        assertThat(after == null ? null : after.getStatus()).isEqualTo(facts.out.get("status"));
        assertThat(after == null ? null : after.getReason()).isEqualTo(facts.out.get("reason"));
        if (after != null && Boolean.TRUE.equals(facts.o("lastTransitionKept"))) {
            assertThat(after.getLastTransitionTime()).isEqualTo(longAgo);
        }
    }

    private static ReplicaSet set(List<Object> numbers) {
        List<Integer> counts = Facts.integers(numbers);
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName("clock-x")
                .endMetadata()
                .withNewSpec()
                .withReplicas(counts.get(0))
                .endSpec()
                .withNewStatus()
                .withReplicas(counts.get(1))
                .withAvailableReplicas(counts.get(2))
                .endStatus()
                .build();
    }

    private static void slowStart(Facts facts) {
        int[] left = {facts.i("callLimit")};
        SlowStart start = SlowStart.run(facts.i("count"), () -> {
            if (left[0]-- <= 0) {
                throw new ClusterException(Reason.FORBIDDEN, "enough");
            }
        });
        assertThat(start.successes()).isEqualTo(facts.o("successes"));
        assertThat(start.calls()).isEqualTo(facts.o("calls"));
        assertThat(start.error() != null).isEqualTo(facts.o("error"));
    }

    private static Pod letter(char letter) {
        String node = switch (letter) {
            case 'U' -> null;
            case '1' -> "fake-node-1";
            case '2' -> "fake-node-2";
            default -> "fake-node";
        };
        boolean running = letter == 'N' || letter == '1' || letter == '2';
        return new PodBuilder()
                .withNewMetadata()
                .withName(String.valueOf(letter))
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .endSpec()
                .withNewStatus()
                .withPhase(running ? "Running" : "Pending")
                .addNewCondition()
                .withType("Ready")
                .withStatus(letter == '1' || letter == '2' ? "True" : "False")
                .endCondition()
                .endStatus()
                .build();
    }

    private static void podsToDelete(Facts facts) {
        List<Pod> pods = letters(Objects.requireNonNull(facts.text("pods")));
        String related = facts.text("related");
        List<Pod> others = related == null ? pods : letters(related);
        List<Pod> chosen = ReplicaSetController.chosen(
                pods,
                facts.i("diff"),
                pod -> (int) others.stream()
                        .filter(Pods::isActive)
                        .filter(other -> Objects.equals(
                                other.getSpec().getNodeName(), pod.getSpec().getNodeName()))
                        .count(),
                NOW);
        StringBuilder names = new StringBuilder();
        chosen.forEach(pod -> names.append(pod.getMetadata().getName()));
        assertThat(names.toString()).startsWith((String) facts.o("deleted"));
    }

    private static List<Pod> letters(String letters) {
        return letters.chars().mapToObj(letter -> letter((char) letter)).toList();
    }

    private static Candidate candidate(Map<String, Object> pod, int rank) {
        return new Candidate(
                "",
                !"".equals(pod.get("node")),
                (String) Objects.requireNonNull(pod.get("phase")),
                (Boolean) Objects.requireNonNull(pod.get("ready")),
                pod.get("deletionCost") == null ? 0 : (Integer) pod.get("deletionCost"),
                rank,
                hours(pod.get("readySince")),
                (Integer) Objects.requireNonNull(pod.get("maxRestarts")),
                hours(pod.get("created")));
    }

    private static @Nullable Instant hours(@Nullable Object hours) {
        return hours == null ? null : NOW.plus(Duration.ofHours(((Number) hours).longValue()));
    }

    private static void podOrder(Facts facts) {
        List<Candidate> expected =
                facts.maps("pods").stream().map(pod -> candidate(pod, 0)).toList();
        PodDeletionOrder order = new PodDeletionOrder(NOW, true);
        for (long seed = 1; seed <= 50; seed++) {
            List<Candidate> shuffled = new ArrayList<>(expected);
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.sort(order);
            assertThat(shuffled).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @SuppressWarnings("unchecked")
    private static int compare(Facts facts, String first, String second, int rank1, int rank2, boolean byCost) {
        Map<String, Map<String, Object>> pods =
                (Map<String, Map<String, Object>>) Objects.requireNonNull(facts.group.get("pods"));
        return new PodDeletionOrder(NOW, byCost)
                .compare(
                        candidate(Objects.requireNonNull(pods.get(facts.text(first))), rank1),
                        candidate(Objects.requireNonNull(pods.get(facts.text(second))), rank2));
    }

    @SuppressWarnings("unchecked")
    private static void filterActive(Facts facts) {
        List<ReplicaSet> sets = new ArrayList<>();
        for (Object spec : (List<Object>) Objects.requireNonNull(facts.in.get("specs"))) {
            if (spec != null) {
                sets.add(set(List.of(spec, 0, 0)));
            }
        }
        assertThat(DeploymentSync.active(sets).stream()
                        .map(DeploymentSync::spec)
                        .toList())
                .isEqualTo(facts.outInts("kept"));
    }

    private static void nextCheck(Facts facts) {
        Instant since = facts.in.get("readyForSeconds") == null ? null : NOW.minusSeconds(facts.i("readyForSeconds"));
        Duration left =
                Pods.untilAvailable(Boolean.TRUE.equals(facts.in.get("ready")), since, facts.i("minReadySeconds"), NOW);
        Long millis = left == null ? null : (Long) left.toMillis();
        Object expected = facts.out.get("ms");
        assertThat(millis).isEqualTo(expected == null ? null : ((Number) expected).longValue());
    }

    /** The first two syncs size the new set and the old one, and the room that this makes goes to the new one. */
    private static void issue95498(Facts facts) {
        int replicas = facts.i("replicas");
        Fenceposts posts = Fenceposts.resolve(
                intOrString(facts.in.get("maxSurge")), intOrString(facts.in.get("maxUnavailable")), replicas);
        int fresh = RollingArithmetic.newReplicas(true, replicas, posts.surge(), replicas, 0);
        RollingArithmetic.Down down = RollingArithmetic.reconcileOld(
                replicas, posts.unavailable(), List.of(new Size(replicas, replicas)), new Size(fresh, 0));
        fresh = RollingArithmetic.reconcileNew(
                true, replicas, posts.surge(), down.specs().get(0) + fresh, fresh);
        assertThat(down.pods()).isEqualTo(facts.o("terminated"));
        assertThat(fresh).isEqualTo(facts.o("created"));
    }
}
