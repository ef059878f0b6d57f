// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What an observation promises: first what there is, then every change, in order. */
abstract class ObservationContract extends Contract {
    private final List<Change> heard = new CopyOnWriteArrayList<>();

    private List<String> told() {
        return heard.stream()
                .map(change -> change.type() + " " + change.object().metadata().name())
                .toList();
    }

    private void eventuallyTold(String... changes) {
        eventually("to be told " + List.of(changes), () -> told().size() >= changes.length, this::told);
        assertThat(told()).containsExactly(changes);
    }

    private Observation observe(String labels) {
        return cluster.observe(Query.of(ConfigMap.class).inNamespace(namespace).withLabels(labels), heard::add);
    }

    private void label(String name, String label) {
        cluster.patch(
                ConfigMap.class,
                namespace,
                name,
                Patch.merge("{\"metadata\": {\"labels\": {\"made-by\": " + label + "}}}"),
                DEFAULTS);
    }

    @Test
    void whatExistsIsAddedFirst() {
        create(configMap("a", "{}"));
        create(configMap("b", "{}"));

        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            eventually("both", () -> heard.size() == 2, this::told);
            assertThat(told()).containsExactlyInAnyOrder("ADDED a", "ADDED b");
            assertThat(observation.trouble()).isEmpty();
            assertThat(observation.lastHeard()).isPresent();
        }
    }

    @Test
    void whatAListTellsIsKnownFromWhatAWatchTells() {
        create(configMap("a", "{}"));
        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            cluster.replace(configMap("a", "{x: y}"), DEFAULTS);
            eventuallyTold("ADDED a", "MODIFIED a");
            assertThat(heard).extracting(Change::listed).containsExactly(true, false);
        }
    }

    @Test
    void whereNothingExistsAnObservationIsInSync() {
        try (Observation observation = observe("made-by=nobody")) {
            eventually("to be in sync", observation::synced);
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void everyChangeIsToldInOrder() {
        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            create(configMap("a", "{n: \"0\"}"));
            for (int i = 1; i <= 5; i++) {
                cluster.replace(configMap("a", "{n: \"" + i + "\"}"), DEFAULTS);
            }
            cluster.delete(ConfigMap.class, namespace, "a", DELETE);

            eventuallyTold(
                    "ADDED a", "MODIFIED a", "MODIFIED a", "MODIFIED a", "MODIFIED a", "MODIFIED a", "DELETED a");
            List<String> numbers = new ArrayList<>();
            List<Long> versions = new ArrayList<>();
            for (Change change : heard.subList(0, 6)) {
                numbers.add(((ConfigMap) change.manifest()).getData().get("n"));
                versions.add(Long.parseLong(change.object().metadata().resourceVersion()));
            }
            assertThat(numbers).containsExactly("0", "1", "2", "3", "4", "5");
            assertThat(versions).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void changesOfSeveralObjectsKeepTheirOrder() {
        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            create(configMap("a", "{}"));
            create(configMap("b", "{}"));
            cluster.replace(configMap("a", "{x: y}"), DEFAULTS);
            cluster.delete(ConfigMap.class, namespace, "b", DELETE);
            create(configMap("c", "{}"));

            eventuallyTold("ADDED a", "ADDED b", "MODIFIED a", "DELETED b", "ADDED c");
        }
    }

    @Test
    void whatIsSelectedNoMoreIsDeleted() {
        create(configMap("a", "{}"));
        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            eventuallyTold("ADDED a");
            label("a", "\"other\"");
            eventuallyTold("ADDED a", "DELETED a");
            label("a", "\"contract\"");
            eventuallyTold("ADDED a", "DELETED a", "ADDED a");
        }
    }

    @Test
    void oneObjectCanBeObserved() {
        try (Observation observation =
                cluster.observe(Query.of(ConfigMap.class).inNamespace(namespace).named("b"), heard::add)) {
            eventually("to be in sync", observation::synced);
            create(configMap("a", "{}"));
            create(configMap("b", "{}"));
            cluster.delete(ConfigMap.class, namespace, "b", DELETE);

            eventuallyTold("ADDED b", "DELETED b");
        }
    }

    @Test
    void aMarkForDeletionIsAChange() {
        ConfigMap held = configMap("a", "{}");
        held.getMetadata().setFinalizers(List.of("example.com/hold"));
        create(held);
        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            cluster.delete(ConfigMap.class, namespace, "a", DELETE);
            eventuallyTold("ADDED a", "MODIFIED a");
            assertThat(heard.get(1).object().metadata().terminating()).isTrue();
            cluster.patch(
                    ConfigMap.class, namespace, "a", Patch.merge("{\"metadata\": {\"finalizers\": null}}"), DEFAULTS);
            eventuallyTold("ADDED a", "MODIFIED a", "DELETED a");
        }
    }

    @Test
    void aClosedObservationTellsNothing() {
        Observation observation = observe("made-by=contract");
        eventually("to be in sync", observation::synced);
        observation.close();
        create(configMap("a", "{}"));
        pass(java.time.Duration.ofMillis(500));

        assertThat(heard).isEmpty();
    }

    @Test
    void whatWasToldIsACopy() {
        try (Observation observation = observe("made-by=contract")) {
            eventually("to be in sync", observation::synced);
            create(configMap("a", "{n: \"0\"}"));
            eventuallyTold("ADDED a");
            ((ConfigMap) heard.get(0).manifest()).getData().put("n", "1");

            assertThat(((ConfigMap) heard.get(0).manifest()).getData()).containsEntry("n", "0");
            assertThat(stored(ConfigMap.class, "a").getData()).containsEntry("n", "0");
        }
    }
}
