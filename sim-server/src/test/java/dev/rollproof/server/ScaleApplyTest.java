// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Server-side apply through the subresource {@code scale}. What is answered was recorded on Kubernetes 1.37. */
class ScaleApplyTest {
    private static final String PATH = "/apis/apps/v1/namespaces/default/deployments/clock";
    private static final String APPLY = "application/apply-patch+yaml";
    private static final String SCALE = "{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: clock}";

    private final Served served = new Served();

    /** Its controller takes no notice: who writes here are the clients. */
    @BeforeEach
    void applyADeploymentWithReplicas() {
        served.cluster.faults().pauseController("deployment");
        Reply created = served.send(
                "PATCH",
                PATH + "?fieldManager=base",
                APPLY,
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: clock}, spec: {replicas: 0, selector:"
                        + " {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c,"
                        + " image: \"page:1.0\"}]}}}}");
        assertThat(created.code()).as(created.body()).isEqualTo(201);
    }

    @AfterEach
    void close() {
        served.close();
    }

    private Reply apply(String parameters, String rest) {
        return served.send("PATCH", PATH + "/scale?" + parameters, APPLY, SCALE + rest + "}");
    }

    private static void assertRefused(Reply reply, int code, String message) {
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat(reply.at("message")).isEqualTo(message);
    }

    /** Who owns the replicas, and through which subresource. */
    private List<String> ownersOfReplicas() {
        List<String> owners = new ArrayList<>();
        if (served.get(PATH).at("metadata.managedFields") instanceof List<?> entries) {
            for (Object each : entries) {
                if (each instanceof Map<?, ?> entry
                        && String.valueOf(entry.get("fieldsV1")).contains("f:spec={f:replicas")) {
                    owners.add(entry.get("manager") + " " + entry.get("operation") + " " + entry.get("subresource")
                            + " " + entry.get("apiVersion"));
                }
            }
        }
        return owners;
    }

    @Test
    void whoAppliesAScaleOwnsTheReplicasThroughIt() {
        assertRefused(
                apply("fieldManager=me", ", spec: {replicas: 2}"),
                409,
                "Apply failed with 1 conflict: conflict with \"base\": .spec.replicas");
        Reply forced = apply("fieldManager=me&force=true", ", spec: {replicas: 2}");
        assertThat(forced.code()).isEqualTo(200);
        assertThat(forced.json()).containsEntry("kind", "Scale").containsEntry("spec", Map.of("replicas", 2));
        assertThat(ownersOfReplicas()).containsExactly("me Apply scale apps/v1");
        assertThat(apply("fieldManager=you", ", spec: {replicas: 2}").code()).isEqualTo(200);
        assertThat(ownersOfReplicas()).containsExactly("me Apply scale apps/v1", "you Apply scale apps/v1");
        assertRefused(
                apply("fieldManager=they", ", spec: {replicas: 3}"),
                409,
                "Apply failed with 2 conflicts: conflicts with \"me\" with subresource \"scale\":\n- .spec.replicas\n"
                        + "conflicts with \"you\" with subresource \"scale\":\n- .spec.replicas");
    }

    @Test
    void replicasThatNobodyAppliesAnyMoreAreNone() {
        apply("fieldManager=me&force=true", ", spec: {replicas: 2}");
        apply("fieldManager=you", ", spec: {replicas: 2}");
        assertThat(apply("fieldManager=you", "").at("spec.replicas")).isEqualTo(2);
        assertThat(apply("fieldManager=me", "").at("spec")).isEqualTo(Map.of());
        assertThat(served.get(PATH).at("spec.replicas")).isEqualTo(0);
        assertThat(ownersOfReplicas()).isEmpty();
    }

    @Test
    void whoUpdatesAScaleIsNamedWithItsVersionInAConflict() {
        String merge = "application/merge-patch+json";
        served.send("PATCH", PATH + "/scale?fieldManager=hand", merge, "{\"spec\": {\"replicas\": 4}}");
        assertRefused(
                apply("fieldManager=me", ", spec: {replicas: 2}"),
                409,
                "Apply failed with 1 conflict: conflict with \"hand\" with subresource \"scale\" using autoscaling/v1:"
                        + " .spec.replicas");
    }

    @Test
    void aDryRunSaysWhatItWouldBeAndTheVersionThatIs() {
        Object version = served.get(PATH).at("metadata.resourceVersion");
        Reply tried = apply("fieldManager=me&force=true&dryRun=All", ", spec: {replicas: 5}");
        assertThat(tried.at("spec.replicas")).isEqualTo(5);
        assertThat(tried.at("metadata.resourceVersion")).isEqualTo(version);
        assertThat(served.get(PATH).at("spec.replicas")).isEqualTo(0);
        assertThat(ownersOfReplicas()).containsExactly("base Apply null apps/v1");
    }

    @Test
    void whatIsNoScaleIsRefusedInApplysWords() {
        String untyped = "failed to create typed patch object (/clock; autoscaling/v1, Kind=Scale): ";
        assertRefused(
                apply("force=true", ""),
                422,
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        assertRefused(
                apply("fieldManager=me", ", spec: {replics: 5}"),
                500,
                untyped + ".spec.replics: field not declared in schema");
        assertRefused(
                apply("fieldManager=me", ", spec: {replicas: \"5\"}"),
                500,
                untyped + ".spec.replicas: expected numeric (int or float), got string");
        assertRefused(
                apply("fieldManager=me&force=true", ", spec: {replicas: -5}"),
                422,
                "Scale.autoscaling \"clock\" is invalid: spec.replicas: Invalid value: -5: must be greater than or equal to"
                        + " 0");
        assertRefused(
                served.send("PATCH", PATH + "/scale?fieldManager=me", APPLY, "{spec: {replicas: 2}}"),
                400,
                "invalid object type: /, Kind=");
        assertThat(served.send("PATCH", PATH + "a/scale?fieldManager=me", APPLY, SCALE + "}")
                        .code())
                .isEqualTo(404);
    }
}
