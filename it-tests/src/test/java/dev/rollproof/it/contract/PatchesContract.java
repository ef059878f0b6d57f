// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.RolloutActions;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the API promises of writes that say only a part: three kinds of patch, server-side apply, and scale. */
abstract class PatchesContract extends Contract {
    private static final WriteOptions ONE = DEFAULTS.withFieldManager("one").withoutForce();
    private static final WriteOptions TWO = DEFAULTS.withFieldManager("two").withoutForce();

    private ConfigMap patched(Patch patch) {
        return cluster.patch(ConfigMap.class, namespace, "settings", patch, DEFAULTS);
    }

    private Deployment patchedClock(Patch patch) {
        return cluster.patch(Deployment.class, namespace, "clock", patch, DEFAULTS);
    }

    @Test
    void aJsonPatchDoesAsItIsTold() {
        create(configMap("settings", "{a: x, b: y}"));

        ConfigMap changed = patched(Patch.json("""
                [{"op": "test", "path": "/data/a", "value": "x"},
                 {"op": "replace", "path": "/data/a", "value": "z"},
                 {"op": "remove", "path": "/data/b"},
                 {"op": "add", "path": "/data/c~1d", "value": "new"},
                 {"op": "remove", "path": "/data/c~1d"},
                 {"op": "copy", "from": "/data/a", "path": "/data/e"},
                 {"op": "move", "from": "/data/e", "path": "/data/f"}]"""));
        assertThat(changed.getData()).isEqualTo(Map.of("a", "z", "f", "z"));
        assertThat(stored(ConfigMap.class, "settings").getData()).isEqualTo(changed.getData());
    }

    @Test
    void aJsonPatchThatCannotBeAppliedChangesNothing() {
        ConfigMap created = create(configMap("settings", "{a: x}"));
        for (String last : List.of(
                "{\"op\": \"test\", \"path\": \"/data/a\", \"value\": \"other\"}",
                "{\"op\": \"remove\", \"path\": \"/data/none\"}",
                "{\"op\": \"test\", \"path\": \"/data/none\", \"value\": \"x\"}",
                "{\"op\": \"move\", \"from\": \"/data/none\", \"path\": \"/data/c\"}",
                "{\"op\": \"paint\", \"path\": \"/data/a\", \"value\": \"x\"}",
                "{\"op\": \"add\", \"path\": \"/none/none\", \"value\": \"x\"}")) {
            Patch patch = Patch.json("[{\"op\": \"add\", \"path\": \"/data/b\", \"value\": \"y\"}, " + last + "]");
            assertThat(refusal(Reason.INVALID, () -> patched(patch)))
                    .as(last)
                    .hasMessage("the server rejected our request due to an error in our request");
        }
        refusal(Reason.BAD_REQUEST, () -> patched(Patch.json("{\"op\": \"add\"}")));
        assertThat(version(stored(ConfigMap.class, "settings"))).isEqualTo(version(created));
    }

    /** Other than RFC 6902 says. */
    @Test
    void aJsonPatchTakesWhatIsNotThereForNull() {
        create(configMap("settings", "{a: x}"));

        assertThat(patched(Patch.json("""
                [{"op": "test", "path": "/data/b", "value": null},
                 {"op": "replace", "path": "/data/b", "value": "y"}]""")).getData()).isEqualTo(Map.of("a", "x", "b", "y"));
    }

    /** Other than RFC 6902 says, too. */
    @Test
    void aJsonPatchCountsFromTheEndWithNegativeNumbersAndReplacesTheWholeObject() {
        create(clock("clock", 0));
        assertThat(containers(patchedClock(Patch.json("""
                [{"op": "add", "path": "/spec/template/spec/containers/-1", "value": {"name": "last", "image": "page:1.2"}},
                 {"op": "replace", "path": "/spec/template/spec/containers/-2/image", "value": "page:1.1"}]""")))).containsExactly("web page:1.1", "last page:1.2");

        ConfigMap settings = create(configMap("settings", "{a: x}"));
        settings.setData(Map.of("b", "y"));
        String whole = Models.toJson(settings);
        assertThat(patched(Patch.json("[{\"op\": \"replace\", \"path\": \"\", \"value\": " + whole + "}]"))
                        .getData())
                .isEqualTo(Map.of("b", "y"));
    }

    @Test
    void aPatchNeedNotSayTheNamespaceAndAStrategicOneMaySayAnyKind() {
        create(clock("clock", 0));
        for (String metadata : List.of("{\"namespace\": null}", "{\"namespace\": \"\"}")) {
            String body =
                    "{\"metadata\": " + metadata + ", \"spec\": {\"minReadySeconds\": " + metadata.length() + "}}";
            Deployment changed = patchedClock(Patch.merge(body));
            assertThat(changed.getSpec().getMinReadySeconds()).isEqualTo(metadata.length());
            assertThat(changed.getMetadata().getNamespace()).isEqualTo(namespace);
        }
        Deployment changed = patchedClock(Patch.strategicMerge(
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"minReadySeconds\": 7}}"));
        assertThat(changed.getKind()).isEqualTo("Deployment");
        assertThat(changed.getSpec().getMinReadySeconds()).isEqualTo(7);
        assertThat(refusal(
                        Reason.INVALID, () -> patchedClock(Patch.merge("{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}"))))
                .hasMessageEndingWith(": converting (v1.Pod) to (apps.Deployment): unknown conversion");
    }

    @Test
    void aMergePatchMergesMapsAndRemovesWhatIsNull() {
        create(configMap("settings", "{a: x, b: y}"));

        assertThat(patched(Patch.merge("{\"data\": {\"b\": null, \"c\": \"z\"}}"))
                        .getData())
                .isEqualTo(Map.of("a", "x", "c", "z"));
    }

    @Test
    void aMergePatchReplacesLists() {
        create(clock("clock", 0));
        Deployment changed = patchedClock(Patch.merge("""
                {"spec": {"template": {"spec": {"containers": [{"name": "other", "image": "page:1.1"}]}}}}"""));

        assertThat(containers(changed)).containsExactly("other page:1.1");
    }

    @Test
    void aStrategicPatchMergesContainersByTheirNames() {
        create(clock("clock", 0));
        Deployment changed = patchedClock(Patch.strategicMerge("""
                {"spec": {"template": {"spec": {"containers": [
                    {"name": "web", "image": "page:1.1"}, {"name": "side", "image": "page:1.2"}]}}}}"""));

        assertThat(containers(changed)).containsExactlyInAnyOrder("web page:1.1", "side page:1.2");
        Container web = changed.getSpec().getTemplate().getSpec().getContainers().stream()
                .filter(container -> container.getName().equals("web"))
                .findFirst()
                .orElseThrow();
        assertThat(web.getReadinessProbe()).isNotNull();
        assertThat(containers(patchedClock(Patch.strategicMerge("""
                {"spec": {"template": {"spec": {"containers": [{"name": "side", "$patch": "delete"}]}}}}""")))).containsExactly("web page:1.1");
    }

    @Test
    void aStrategicPatchRemovesWhatIsNull() {
        create(clock("clock", 0));
        patchedClock(Patch.strategicMerge("{\"metadata\": {\"annotations\": {\"a\": \"x\", \"b\": \"y\"}}}"));
        Deployment changed = patchedClock(Patch.strategicMerge(
                "{\"metadata\": {\"annotations\": {\"a\": null}}, \"spec\": {\"minReadySeconds\": null}}"));

        assertThat(changed.getMetadata().getAnnotations())
                .containsEntry("b", "y")
                .doesNotContainKey("a");
    }

    @Test
    void aPatchOfAnOldVersionIsAConflict() {
        create(configMap("settings", "{a: x}"));

        assertThat(refusal(Reason.CONFLICT, () -> patched(Patch.merge("{\"metadata\": {\"resourceVersion\": \"1\"}}"))))
                .hasMessage("Operation cannot be fulfilled on configmaps \"settings\": the object has been modified;"
                        + " please apply your changes to the latest version and try again");
    }

    @Test
    void aPatchDoesNotRename() {
        create(configMap("settings", "{a: x}"));

        assertThat(refusal(Reason.BAD_REQUEST, () -> patched(Patch.merge("{\"metadata\": {\"name\": \"other\"}}"))))
                .hasMessage("the name of the object (other) does not match the name on the URL (settings)");
    }

    @Test
    void aPatchIsValidatedAsEverything() {
        create(clock("clock", 0));

        assertThat(refusal(Reason.INVALID, () -> patchedClock(Patch.merge("{\"spec\": {\"replicas\": -1}}"))))
                .hasMessage(
                        "Deployment.apps \"clock\" is invalid: spec.replicas: Invalid value: -1: must be greater than"
                                + " or equal to 0");
    }

    @Test
    void whatIsNotThereCannotBePatched() {
        for (Patch patch : List.of(Patch.json("[]"), Patch.merge("{}"), Patch.strategicMerge("{}"))) {
            assertThat(refusal(Reason.NOT_FOUND, () -> patchedClock(patch)))
                    .hasMessage("deployments.apps \"clock\" not found");
        }
    }

    @Test
    void aPatchThatChangesNothingMakesNoVersion() {
        ConfigMap created = create(configMap("settings", "{a: x}"));

        assertThat(version(patched(Patch.merge("{\"data\": {\"a\": \"x\"}}")))).isEqualTo(version(created));
    }

    @Test
    void applyCreatesWhatIsNotThere() {
        ConfigMap applied = cluster.apply(configMap("settings", "{a: x}"), ONE);

        assertThat(stored(ConfigMap.class, "settings").getMetadata().getUid())
                .isEqualTo(applied.getMetadata().getUid());
    }

    @Test
    void applyingTheSameAgainChangesNothing() {
        ConfigMap first = cluster.apply(configMap("settings", "{a: x}"), ONE);
        pass(java.time.Duration.ofMillis(1100));
        ConfigMap second = cluster.apply(configMap("settings", "{a: x}"), ONE);

        assertThat(version(second)).isEqualTo(version(first));
    }

    @Test
    void whatIsAppliedNoMoreIsRemoved() {
        cluster.apply(configMap("settings", "{a: x, b: y}"), ONE);

        assertThat(cluster.apply(configMap("settings", "{a: x}"), ONE).getData())
                .isEqualTo(Map.of("a", "x"));
    }

    @Test
    void everyManagerHasItsOwnFields() {
        cluster.apply(configMap("settings", "{a: x}"), ONE);
        assertThat(cluster.apply(configMap("settings", "{b: y}"), TWO).getData())
                .isEqualTo(Map.of("a", "x", "b", "y"));
        assertThat(cluster.apply(configMap("settings", "{}"), ONE).getData()).isEqualTo(Map.of("b", "y"));
    }

    @Test
    void twoManagersOfOneFieldAreInConflict() {
        cluster.apply(configMap("settings", "{a: x, b: x}"), ONE);

        ClusterException one = refusal(Reason.CONFLICT, () -> cluster.apply(configMap("settings", "{a: y}"), TWO));
        assertThat(one).hasMessage("Apply failed with 1 conflict: conflict with \"one\": .data.a");
        assertThat(one.causes()).containsExactly(new Cause(".data.a", "FieldManagerConflict", "conflict with \"one\""));

        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(configMap("settings", "{a: y, b: y}"), TWO)))
                .hasMessage("Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b");
        assertThat(stored(ConfigMap.class, "settings").getData()).isEqualTo(Map.of("a", "x", "b", "x"));
    }

    @Test
    void whatWasWrittenOtherwiseIsInConflictToo() {
        cluster.create(configMap("settings", "{a: x}"), DEFAULTS.withFieldManager("creator"));

        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(configMap("settings", "{a: y}"), TWO)))
                .hasMessage("Apply failed with 1 conflict: conflict with \"creator\" using v1: .data.a");

        create(clock("clock", 0));
        cluster.patch(
                Deployment.class,
                namespace,
                "clock",
                Patch.merge("{\"spec\": {\"minReadySeconds\": 3}}"),
                DEFAULTS.withFieldManager("patcher"));
        Deployment slower = clock("clock", 0);
        slower.getSpec().setMinReadySeconds(4);
        slower.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("page:1.1");
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(slower, TWO))).hasMessage("""
                        Apply failed with 2 conflicts: conflicts with "patcher" using apps/v1:
                        - .spec.minReadySeconds
                        conflicts with "rollproof" using apps/v1:
                        - .spec.template.spec.containers[name="web"].image""");
    }

    @Test
    void managersWhoAgreeAreNotInConflict() {
        cluster.apply(configMap("settings", "{a: x}"), ONE);
        cluster.apply(configMap("settings", "{a: x}"), TWO);

        assertThat(cluster.apply(configMap("settings", "{}"), ONE).getData())
                .as("the other one wants it still")
                .isEqualTo(Map.of("a", "x"));
    }

    @Test
    void forceTakesFieldsOver() {
        cluster.apply(configMap("settings", "{a: x}"), ONE);
        WriteOptions force = DEFAULTS.withFieldManager("two");

        assertThat(cluster.apply(configMap("settings", "{a: y}"), force).getData())
                .isEqualTo(Map.of("a", "y"));
        assertThat(cluster.apply(configMap("settings", "{}"), ONE).getData())
                .as("no longer the first one's to remove")
                .isEqualTo(Map.of("a", "y"));
    }

    private List<String> owners(String name) {
        return stored(ConfigMap.class, name).getMetadata().getManagedFields().stream()
                .map(entry -> entry.getManager() + " " + entry.getOperation() + " "
                        + entry.getFieldsV1().getAdditionalProperties().get("f:data"))
                .map(entry -> entry.replace(".={}, ", ""))
                .sorted()
                .toList();
    }

    @Test
    void whoeverReadsAnObjectIsToldWhoOwnsItsFields() {
        cluster.apply(configMap("settings", "{a: x, b: x}"), ONE);
        cluster.patch(
                ConfigMap.class,
                namespace,
                "settings",
                Patch.merge("{\"data\": {\"b\": \"y\", \"c\": \"y\"}}"),
                DEFAULTS.withFieldManager("patcher"));
        assertThat(owners("settings")).containsExactly("one Apply {f:a={}}", "patcher Update {f:b={}, f:c={}}");
    }

    @Test
    void whoAddsAnItemToAListOwnsItWhole() {
        cluster.apply(clock("clock", 0), ONE);
        Deployment patched = cluster.patch(
                Deployment.class,
                namespace,
                "clock",
                Patch.strategicMerge("{\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"web\","
                        + " \"env\": [{\"name\": \"NEW\", \"value\": \"1\"}]}]}}}}"),
                DEFAULTS.withFieldManager("patcher"));
        assertThat(patched.getMetadata().getManagedFields())
                .filteredOn(entry -> entry.getManager().equals("patcher"))
                .singleElement()
                .satisfies(entry -> assertThat(Models.toJson(entry.getFieldsV1()))
                        .contains("\"k:{\\\"name\\\":\\\"NEW\\\"}\":{")
                        .contains("\".\":{}")
                        .contains("\"f:value\":{}"));
    }

    @Test
    void whoPatchesCanGiveFieldsToAnotherManager() {
        cluster.apply(configMap("settings", "{a: x}"), ONE);
        cluster.patch(
                ConfigMap.class,
                namespace,
                "settings",
                Patch.merge("{\"data\": {\"a\": \"y\"}}"),
                DEFAULTS.withFieldManager("patcher"));
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(configMap("settings", "{a: z}"), ONE)))
                .hasMessageContaining("conflict with \"patcher\"");

        String before = stored(ConfigMap.class, "settings").getMetadata().getResourceVersion();
        cluster.patch(
                ConfigMap.class,
                namespace,
                "settings",
                Patch.json(
                        "[{\"op\": \"replace\", \"path\": \"/metadata/managedFields\", \"value\": [{\"manager\": \"one\","
                                + " \"operation\": \"Apply\", \"apiVersion\": \"v1\", \"fieldsType\": \"FieldsV1\","
                                + " \"fieldsV1\": {\"f:data\": {\"f:a\": {}}}}]}]"),
                DEFAULTS.withFieldManager("patcher"));
        assertThat(owners("settings")).containsExactly("one Apply {f:a={}}");
        assertThat(stored(ConfigMap.class, "settings").getMetadata().getResourceVersion())
                .isNotEqualTo(before);
        assertThat(cluster.apply(configMap("settings", "{a: z}"), ONE).getData())
                .isEqualTo(Map.of("a", "z"));
        assertThat(cluster.apply(configMap("settings", "{}"), ONE).getData()).isNullOrEmpty();
    }

    @Test
    void applyMergesContainersByTheirNames() {
        cluster.apply(clock("clock", 0), ONE);
        Deployment side = cluster.apply(Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec: {template: {spec: {containers: [{name: side, image: "page:1.2"}]}}}
                """.formatted(namespace)), TWO);

        assertThat(containers(side)).containsExactly("web page:1.0", "side page:1.2");
        Deployment newer = clock("clock", 0);
        newer.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("page:1.1");
        assertThat(containers(cluster.apply(newer, ONE))).containsExactly("web page:1.1", "side page:1.2");
    }

    @Test
    void whatIsAppliedNoMoreGetsItsDefaultBack() {
        cluster.apply(clock("clock", 3), ONE);
        Deployment without = clock("clock", 3);
        without.getSpec().setReplicas(null);
        without.getSpec().setPaused(true);

        assertThat(cluster.apply(without, ONE).getSpec().getReplicas()).isEqualTo(1);
    }

    @Test
    void anIncompleteObjectCannotBeAppliedFirst() {
        Deployment incomplete = Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec: {minReadySeconds: 3}
                """.formatted(namespace));

        assertThat(refusal(Reason.INVALID, () -> cluster.apply(incomplete, ONE)).causes())
                .extracting(Cause::field)
                .containsExactly("spec.selector", "spec.template.metadata.labels", "spec.template.spec.containers");
    }

    @Test
    void recreateCannotBeAppliedOverADefaultedRollingUpdate() {
        cluster.apply(clock("clock", 0), ONE);
        Deployment recreate = clock("clock", 0);
        recreate.getSpec()
                .setStrategy(new io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder()
                        .withType("Recreate")
                        .build());

        ClusterException refused = refusal(Reason.INVALID, () -> cluster.apply(recreate, ONE));
        assertThat(refused.causes())
                .containsExactly(new Cause(
                        "spec.strategy.rollingUpdate",
                        "FieldValueForbidden",
                        "Forbidden: may not be specified when strategy `type` is 'Recreate'"));

        Deployment applied = RolloutActions.on(cluster).with(ONE).apply(recreate);
        assertThat(applied.getSpec().getStrategy().getType()).isEqualTo("Recreate");
        assertThat(applied.getSpec().getStrategy().getRollingUpdate()).isNull();
    }

    @Test
    void scaleSetsReplicasAndNothingElse() {
        Deployment created = create(clock("clock", 0));
        patchedClock(Patch.merge("{\"spec\": {\"paused\": true}}"));
        cluster.scale(Deployment.class, namespace, "clock", 2, DEFAULTS);

        Deployment scaled = stored(Deployment.class, "clock");
        assertThat(scaled.getSpec().getReplicas()).isEqualTo(2);
        assertThat(scaled.getSpec().getTemplate()).isEqualTo(created.getSpec().getTemplate());
        assertThat(scaled.getMetadata().getGeneration()).isEqualTo(3);
    }

    @Test
    void whoScaledOwnsTheReplicasThroughScale() {
        cluster.apply(clock("clock", 0), ONE);
        cluster.scale(Deployment.class, namespace, "clock", 1, DEFAULTS.withFieldManager("scaler"));
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(clock("clock", 2), TWO)))
                .hasMessage(
                        "Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using apps/v1:"
                                + " .spec.replicas");
        ManagedFieldsEntry entry = stored(Deployment.class, "clock").getMetadata().getManagedFields().stream()
                .filter(one -> "scaler".equals(one.getManager()))
                .findFirst()
                .orElseThrow();
        assertThat(entry.getOperation()).isEqualTo("Update");
        assertThat(entry.getSubresource()).isEqualTo("scale");
        assertThat(entry.getFieldsV1().getAdditionalProperties())
                .isEqualTo(Map.of("f:spec", Map.of("f:replicas", Map.of())));
    }

    @Test
    void aNegativeScaleIsRefused() {
        create(clock("clock", 0));

        ClusterException refused =
                refusal(Reason.INVALID, () -> cluster.scale(Deployment.class, namespace, "clock", -1, DEFAULTS));
        assertThat(refused)
                .hasMessage("Scale.autoscaling \"clock\" is invalid: spec.replicas: Invalid value: -1: must be greater"
                        + " than or equal to 0");
        assertThat(refused.causes()).extracting(Cause::field).containsExactly("spec.replicas");
    }

    @Test
    void whatHasNoScaleCannotBeScaled() {
        create(configMap("settings", "{}"));

        assertThat(refusal(Reason.NOT_FOUND, () -> cluster.scale(ConfigMap.class, namespace, "settings", 1, DEFAULTS)))
                .hasMessage("the server could not find the requested resource");
        refusal(Reason.NOT_FOUND, () -> cluster.scale(ReplicaSet.class, namespace, "none", 1, DEFAULTS));
    }

    @Test
    void actionsAreSafeBesideTheController() {
        create(clock("clock", 0));
        ObjectRef ref = new ObjectRef("Deployment", namespace, "clock");
        RolloutActions actions = RolloutActions.on(cluster);
        actions.pause(ref);
        actions.setImage(ref, "web", "page:1.1");
        Deployment resumed = actions.resume(ref);

        assertThat(containers(resumed)).containsExactly("web page:1.1");
        assertThat(resumed.getSpec().getPaused()).isNull();
    }

    private static List<String> containers(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().stream()
                .map(container -> container.getName() + " " + container.getImage())
                .toList();
    }
}
