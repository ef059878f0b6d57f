// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the API promises of when who owns a field last wrote, and of the order of the entries. */
abstract class OwnerTimesContract extends Contract {
    private static final WriteOptions ONE = DEFAULTS.withFieldManager("one");
    private static final WriteOptions TWO = DEFAULTS.withFieldManager("two");
    private static final WriteOptions OTHER = DEFAULTS.withFieldManager("other");

    private static List<ManagedFieldsEntry> entries(HasMetadata object) {
        return object.getMetadata().getManagedFields();
    }

    /** Who has an entry, and how, such as {@code kubelet Update status}, in their order; with a mark if it has no time. */
    private static List<String> inOrder(HasMetadata object) {
        return entries(object).stream()
                .map(entry -> manager(entry) + (entry.getTime() == null ? " without time" : ""))
                .toList();
    }

    private static String manager(ManagedFieldsEntry entry) {
        String subresource = entry.getSubresource() == null ? "" : " " + entry.getSubresource();
        return entry.getManager() + " " + entry.getOperation() + subresource;
    }

    private static Instant timeOf(HasMetadata object, String manager) {
        return entries(object).stream()
                .filter(entry -> manager(entry).equals(manager))
                .map(entry -> Instant.parse(entry.getTime()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + manager + " among " + inOrder(object)));
    }

    private static Instant created(HasMetadata object) {
        return Instant.parse(object.getMetadata().getCreationTimestamp());
    }

    /** Until the next write is of a later second. */
    private void passASecond() {
        pass(Duration.ofMillis(1100));
    }

    private ConfigMap patch(String data, WriteOptions by) {
        Patch patch = Patch.merge("{\"data\": %s}".formatted(data));
        return cluster.patch(ConfigMap.class, namespace, "settings", patch, by);
    }

    private ConfigMap stored() {
        return stored(ConfigMap.class, "settings");
    }

    @Test
    void whoWritesWhatHeOwnsHasTheTimeOfThatWriteAndComesAfterEarlierOnes() {
        ConfigMap made = cluster.create(configMap("settings", "{a: \"1\"}"), ONE);
        assertThat(entries(made))
                .singleElement()
                .satisfies(entry -> assertThat(entry.getTime()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"));
        assertThat(Duration.between(timeOf(made, "one Update"), created(made)).abs())
                .isLessThan(Duration.ofSeconds(2));
        passASecond();
        ConfigMap second = patch("{\"b\": \"1\"}", TWO);
        assertThat(inOrder(second)).containsExactly("one Update", "two Update");
        assertThat(timeOf(second, "one Update")).isEqualTo(timeOf(made, "one Update"));
        assertThat(timeOf(second, "two Update")).isAfter(timeOf(made, "one Update"));
        passASecond();
        ConfigMap third = patch("{\"a\": \"2\"}", ONE);
        assertThat(inOrder(third)).containsExactly("two Update", "one Update");
        assertThat(timeOf(third, "two Update")).isEqualTo(timeOf(second, "two Update"));
        assertThat(timeOf(third, "one Update")).isAfter(timeOf(third, "two Update"));
        assertThat(entries(stored())).isEqualTo(entries(third));
    }

    @Test
    void whoWritesNothingNewOrOnlyTakesFieldsOutKeepsHisTime() {
        ConfigMap made = cluster.create(configMap("settings", "{a: \"1\", b: \"1\"}"), ONE);
        passASecond();
        assertThat(patch("{\"a\": \"1\"}", ONE)).isEqualTo(made);
        assertThat(cluster.replace(stored(), TWO)).isEqualTo(made);
        ConfigMap less = patch("{\"b\": null}", ONE);
        assertThat(version(less)).isGreaterThan(version(made));
        assertThat(timeOf(less, "one Update")).isEqualTo(timeOf(made, "one Update"));
    }

    @Test
    void whoeverAppliesComesFirstAndApplyingTheSameAgainKeepsTheTime() {
        cluster.create(configMap("settings", "{a: \"1\"}"), ONE);
        passASecond();
        ConfigMap applied = cluster.apply(configMap("settings", "{b: \"1\"}"), TWO);
        assertThat(inOrder(applied)).containsExactly("two Apply", "one Update");
        assertThat(timeOf(applied, "two Apply")).isAfter(timeOf(applied, "one Update"));
        passASecond();
        assertThat(cluster.apply(configMap("settings", "{b: \"1\"}"), TWO)).isEqualTo(applied);
        ConfigMap changed = cluster.apply(configMap("settings", "{b: \"2\"}"), TWO);
        assertThat(timeOf(changed, "two Apply")).isAfter(timeOf(applied, "two Apply"));
    }

    @Test
    void whoAppliesWhatIsSoAlreadyHasNoTimeOrTheOneBefore() {
        ConfigMap made = cluster.apply(configMap("settings", "{a: \"1\"}"), ONE);
        passASecond();
        ConfigMap both = cluster.apply(configMap("settings", "{a: \"1\"}"), TWO);
        assertThat(version(both)).isGreaterThan(version(made));
        assertThat(inOrder(both)).containsExactly("two Apply without time", "one Apply");
        patch("{\"c\": \"1\"}", OTHER);
        ConfigMap more = cluster.apply(configMap("settings", "{a: \"1\", c: \"1\"}"), ONE);
        assertThat(inOrder(more)).containsExactly("two Apply without time", "one Apply", "other Update");
        assertThat(timeOf(more, "one Apply")).isEqualTo(timeOf(made, "one Apply"));
    }

    @Test
    void whoLosesAllHisFieldsHasNoEntryMore() {
        cluster.apply(bare("1"), ONE);
        assertThat(inOrder(cluster.apply(bare("2"), TWO))).containsExactly("two Apply");
    }

    private ConfigMap bare(String value) {
        ConfigMap bare = configMap("settings", "{a: \"%s\"}".formatted(value));
        bare.getMetadata().setLabels(null);
        return bare;
    }

    @Test
    void whoScalesHasNoTime() {
        Deployment made = cluster.create(clock("clock", 0), ONE);
        passASecond();
        cluster.scale(Deployment.class, namespace, "clock", 1, OTHER);
        Deployment scaled = stored(Deployment.class, "clock");
        assertThat(inOrder(scaled))
                .startsWith("other Update scale without time")
                .contains("one Update");
        assertThat(timeOf(scaled, "one Update")).isEqualTo(timeOf(made, "one Update"));
    }

    @Test
    void timesAreNotTakenAwayOrChangedAloneUnlessTheOrderIsAnotherThen() {
        cluster.create(configMap("settings", "{a: \"1\"}"), ONE);
        passASecond();
        ConfigMap made = patch("{\"b\": \"1\"}", TWO);
        ConfigMap timeless = stored();
        entries(timeless).forEach(entry -> entry.setTime(null));
        assertThat(cluster.replace(timeless, OTHER)).isEqualTo(made);

        ConfigMap earlier = stored();
        entries(earlier).get(0).setTime("2020-01-01T00:00:00Z");
        assertThat(cluster.replace(earlier, OTHER)).isEqualTo(made);

        ConfigMap later = stored();
        entries(later).get(0).setTime("2040-01-01T02:00:00.75+02:00");
        ConfigMap reordered = cluster.replace(later, OTHER);
        assertThat(version(reordered)).isGreaterThan(version(made));
        assertThat(inOrder(reordered)).containsExactly("two Update", "one Update");
        assertThat(entries(reordered).get(1).getTime()).isEqualTo("2040-01-01T00:00:00Z");
    }

    @Test
    void whatAClientSaysOfTimesIsStoredWithWhatElseItChanges() {
        cluster.create(configMap("settings", "{a: \"1\"}"), ONE);
        passASecond();
        ConfigMap made = patch("{\"b\": \"1\"}", TWO);
        ConfigMap renamed = stored();
        entries(renamed).get(0).setManager("heir");
        ConfigMap inherited = cluster.replace(renamed, OTHER);
        assertThat(inOrder(inherited)).containsExactly("heir Update", "two Update");
        assertThat(timeOf(inherited, "heir Update")).isEqualTo(timeOf(made, "one Update"));

        passASecond();
        ConfigMap timeless = stored();
        entries(timeless).forEach(entry -> entry.setTime(null));
        timeless.getData().put("c", "1");
        ConfigMap changed = cluster.replace(timeless, OTHER);
        assertThat(inOrder(changed))
                .containsExactly("heir Update without time", "two Update without time", "other Update");
        assertThat(timeOf(changed, "other Update")).isAfter(timeOf(made, "two Update"));
    }

    @Test
    void aComponentsEntryHasTheTimeOfItsLastWrite() {
        Deployment made = cluster.create(clock("clock", 1), ONE);
        eventually("a pod that runs", () -> {
            List<Pod> pods = cluster.list(Query.of(Pod.class).inNamespace(namespace));
            return !pods.isEmpty()
                    && zero(stored(Deployment.class, "clock").getStatus().getReadyReplicas()) == 1;
        });
        Deployment running = stored(Deployment.class, "clock");
        ReplicaSet set = only(ReplicaSet.class);
        Pod pod = only(Pod.class);
        assertThat(timeOf(running, "one Update")).isEqualTo(timeOf(made, "one Update"));
        assertThat(timeOf(pod, "kube-controller-manager Update"))
                .isBetween(created(pod).minusSeconds(1), created(pod).plusSeconds(1));
        Instant ready = Instant.parse(pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow()
                .getLastTransitionTime());
        assertThat(timeOf(pod, "kubelet Update status")).isBetween(ready, ready.plusSeconds(2));
        assertThat(timeOf(running, "kube-controller-manager Update status")).isBetween(ready, ready.plusSeconds(2));

        passASecond();
        cluster.patch(
                Deployment.class, namespace, "clock", Patch.merge("{\"metadata\": {\"labels\": {\"a\": \"b\"}}}"), TWO);
        cluster.scale(Deployment.class, namespace, "clock", 0, OTHER);
        eventually(
                "no pods, by the status",
                () -> zero(stored(Deployment.class, "clock").getStatus().getReplicas()) == 0);
        Deployment labelled = stored(Deployment.class, "clock");
        assertThat(timeOf(labelled, "kube-controller-manager Update status"))
                .isAfter(timeOf(running, "kube-controller-manager Update status"));
        ReplicaSet scaled = only(ReplicaSet.class);
        assertThat(timeOf(scaled, "kube-controller-manager Update"))
                .isAfter(timeOf(set, "kube-controller-manager Update"))
                .isAfterOrEqualTo(timeOf(labelled, "two Update"));
        assertThat(timeOf(scaled, "kube-controller-manager Update status"))
                .isAfter(timeOf(set, "kube-controller-manager Update status"));
    }

    @Test
    void deletionIsNoWriteOfAnOwners() {
        ConfigMap settings = configMap("settings", "{a: \"1\"}");
        settings.getMetadata().setFinalizers(List.of("example.com/held"));
        ConfigMap made = cluster.create(settings, ONE);
        passASecond();
        cluster.delete(ConfigMap.class, namespace, "settings", DELETE);
        ConfigMap leaving = stored();
        assertThat(leaving.getMetadata().getDeletionTimestamp()).isNotNull();
        assertThat(entries(leaving)).isEqualTo(entries(made));
        cluster.patch(
                ConfigMap.class,
                namespace,
                "settings",
                Patch.merge("{\"metadata\": {\"finalizers\": null}}"),
                DEFAULTS);
    }

    private <T extends HasMetadata> T only(Class<T> type) {
        List<T> all = cluster.list(Query.of(type).inNamespace(namespace));
        assertThat(all).hasSize(1);
        return stored(type, all.get(0).getMetadata().getName());
    }
}
