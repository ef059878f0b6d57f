// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects that clients seldom send: each field of their kinds was sent with odd values to Kubernetes 1.37 as well. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddObjectsTest {
    private static final String ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
    private static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

    private final Served served = new Served();

    @AfterAll
    void close() {
        served.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /apis/rbac.authorization.k8s.io/v1/namespaces/default/roles | ~rules~: [] | "rules":null
            /apis/rbac.authorization.k8s.io/v1/clusterroles | ~rules~: null | "rules":null
            /apis/discovery.k8s.io/v1/namespaces/default/endpointslices | ~addressType~: ~IPv4~ | "endpoints":null,"ports":null
            /api/v1/namespaces/default/events | ~involvedObject~: {~namespace~: ~default~} | "firstTimestamp":null,"lastTimestamp":null,"eventTime":null
            """)
    void whatIsNotSaidIsShownAsNull(String path, String fields, String shown) {
        Reply created = served.post(
                path + "?dryRun=All", "{\"metadata\": {\"name\": \"odd\"}, " + fields.replace('~', '"') + "}");

        assertThat(created.code()).as(created.body()).isEqualTo(201);
        assertThat(created.body()).contains(shown);
    }

    @Test
    void nothingIsShownAsNullThatIsSaid() {
        Reply created = served.post(
                SLICES + "?dryRun=All",
                "{\"metadata\": {\"name\": \"odd\"}, \"addressType\": \"IPv4\", \"ports\": [{\"port\": 80}],"
                        + " \"endpoints\": [{\"addresses\": [\"10.1.2.3\"]}]}");

        assertThat(created.body()).doesNotContain("null").contains("\"conditions\":{}");
    }

    @Test
    void whatTypesDeclareIsSaidLast() {
        Reply refused =
                served.post(ROLES, "{\"metadata\": {\"name\": \"odd\"}, \"rules\": [{}, {\"resources\": [\"pods\"]}]}");

        assertThat(String.valueOf(refused.at("message")))
                .endsWith("rules[1].apiGroups: Required value: resource rules must supply at least one api group,"
                        + " rules[0].verbs: Required value, rules[1].verbs: Required value]");
    }

    @Test
    void aNodeKeepsWhoMadeItsMachine() {
        String nodes = "/api/v1/nodes";
        served.post(nodes, "{\"metadata\": {\"name\": \"made\"}, \"spec\": {\"providerID\": \"maker://one\"}}");
        String other = "{\"spec\": {\"providerID\": \"maker://other\"}}";
        Reply changed = served.send("PATCH", nodes + "/made", "application/merge-patch+json", other);
        Reply cleared = served.send(
                "PATCH", nodes + "/made", "application/merge-patch+json", "{\"spec\": {\"providerID\": null}}");

        assertThat(String.valueOf(changed.at("message")))
                .isEqualTo(
                        "Node \"made\" is invalid: spec.providerID: Invalid value: null: field cannot be modified once"
                                + " set");
        assertThat(String.valueOf(cleared.at("message")))
                .isEqualTo(
                        "Node \"made\" is invalid: spec.providerID: Invalid value: null: field cannot be cleared once"
                                + " set");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-01-01T00:00:00Z | cannot parse "Z" as ".000000"
            2026-01-01T00:00:00.12Z | cannot parse ".12Z" as ".000000"
            yesterday | cannot parse "yesterday" as "2006"
            """)
    void aTimeInMicrosecondsHasSixDigitsOfThem(String time, String wrong) {
        Reply refused = served.post(
                "/api/v1/namespaces/default/events",
                "{\"metadata\": {\"name\": \"odd\"}, \"eventTime\": \"" + time + "\"}");

        assertThat(refused.code()).isEqualTo(400);
        assertThat(String.valueOf(refused.at("message")))
                .endsWith("parsing time \"" + time + "\" as \"2006-01-02T15:04:05.000000Z07:00\": " + wrong);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/v1/persistentvolumes | ~spec~: {~csi~: {~driver~: 5}} | CSIPersistentVolumeSource.spec.PersistentVolumeSource.csi.driver of type string
            /api/v1/persistentvolumes | ~spec~: {~hostPath~: ~x~} | PersistentVolumeSpec.spec.PersistentVolumeSource.hostPath of type v1.HostPathVolumeSource
            /api/v1/persistentvolumes | ~spec~: {~claimRef~: ~x~} | PersistentVolumeSpec.spec.claimRef of type v1.ObjectReference
            /apis/storage.k8s.io/v1/storageclasses | ~reclaimPolicy~: 5 | StorageClass.reclaimPolicy of type v1.PersistentVolumeReclaimPolicy
            /apis/policy/v1/namespaces/default/poddisruptionbudgets | ~status~: {~disruptedPods~: []} | PodDisruptionBudgetStatus.status.disruptedPods of type map[string]v1.Time
            /api/v1/namespaces/default/events | ~eventTime~: 1 | Event.eventTime of type string
            /apis/policy/v1/namespaces/default/poddisruptionbudgets | ~status~: {~conditions~: [{~type~: 5}]} | Condition.status.conditions.type of type string
            /api/v1/nodes | ~status~: {~conditions~: [{~type~: 5}]} | NodeCondition.status.conditions.type of type v1.NodeConditionType
            /api/v1/nodes | ~status~: {~conditions~: [{~status~: 5}]} | NodeCondition.status.conditions.status of type v1.ConditionStatus
            """)
    void aValueOfAnotherTypeIsRefusedWithGosName(String path, String fields, String field) {
        Reply refused = served.post(path, "{\"metadata\": {\"name\": \"odd\"}, " + fields.replace('~', '"') + "}");

        assertThat(refused.code()).isEqualTo(400);
        assertThat(String.valueOf(refused.at("message"))).endsWith(" into Go struct field " + field);
    }
}
