// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import io.fabric8.kubernetes.api.model.TypedObjectReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the API promises not to take for objects that it only keeps, word by word, and what it makes of those that it takes. */
abstract class StoredObjectsContract extends Contract {
    private static final String SUBDOMAIN = ValidationContract.SUBDOMAIN;
    private static final String NAME_PART = ValidationContract.NAME_PART;
    private static final String LABEL = ValidationContract.LABEL;
    private static final String ONE_SOURCE = "Forbidden: may not specify more than 1 volume type";
    private static final String MODES =
            "supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"";
    private static final String VOLUME = "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], ";
    private static final String CLAIM = "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, ";

    /**
     * Something wrong in an object.
     *
     * @param rest of its manifest, after the metadata
     * @param fields where the server sees something wrong, each followed by its message
     */
    private record Case(Class<? extends HasMetadata> type, String rest, List<String> fields) {}

    private static Case wrong(Class<? extends HasMetadata> type, String rest, String... fields) {
        return new Case(type, rest, List.of(fields));
    }

    /** What the cases are about. */
    @SuppressWarnings("ImmutableEnumChecker") // Lists that nobody changes.
    enum Topic {
        SOURCES_OF_VOLUMES(
                wrong(
                        PersistentVolume.class,
                        VOLUME + "hostPath: {path: /x}, nfs: {}, local: {path: /y}, csi: {}}",
                        "spec.nfs",
                        ONE_SOURCE,
                        "spec.local",
                        ONE_SOURCE,
                        "spec.csi",
                        ONE_SOURCE),
                wrong(
                        PersistentVolume.class,
                        VOLUME + "hostPath: {path: /a/../b, type: x}}",
                        "spec.hostPath.path",
                        "Invalid value: \"/a/../b\": must not contain '..'",
                        "spec.hostPath.type",
                        "Unsupported value: \"x\": supported values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\","
                                + " \"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\""),
                wrong(
                        PersistentVolume.class,
                        VOLUME + "hostPath: {path: //}, persistentVolumeReclaimPolicy: Recycle}",
                        "spec.persistentVolumeReclaimPolicy",
                        "Forbidden: may not be 'recycle' for a hostPath mount of '/'"),
                wrong(
                        PersistentVolume.class,
                        VOLUME + "nfs: {path: a}}",
                        "spec.nfs.server",
                        "Required value",
                        "spec.nfs.path",
                        "Invalid value: \"a\": must be an absolute path"),
                wrong(
                        PersistentVolume.class,
                        VOLUME + "csi: {driver: a_b, nodePublishSecretRef: {name: A_}}}",
                        "spec.csi.driver",
                        "Invalid value: \"a_b\": " + SUBDOMAIN,
                        "spec.csi.volumeHandle",
                        "Required value",
                        "spec.csi.nodePublishSecretRef.name",
                        "Invalid value: \"A_\": " + SUBDOMAIN,
                        "spec.csi.nodePublishSecretRef.namespace",
                        "Required value"),
                wrong(PersistentVolume.class, VOLUME + "}", "spec", "Required value: must specify a volume type")),
        VOLUMES(
                wrong(
                        PersistentVolume.class,
                        VOLUME
                                + "hostPath: {path: /x}, nodeAffinity: {}, volumeMode: \"\", volumeAttributesClassName: \"\"}",
                        "spec.nodeAffinity.required",
                        "Required value: must specify required node constraints",
                        "spec.volumeMode",
                        "Unsupported value: \"\": supported values: \"Block\", \"Filesystem\"",
                        "spec.volumeAttributesClassName",
                        "Required value: an empty string is disallowed",
                        "spec.csi",
                        "Required value: has to be specified when using volumeAttributesClassName"),
                wrong(
                        PersistentVolume.class,
                        VOLUME + "local: {}, nodeAffinity: {required: {nodeSelectorTerms: []}}}",
                        "spec.nodeAffinity.required.nodeSelectorTerms",
                        "Required value: must have at least one node selector term",
                        "spec.local.path",
                        "Required value"),
                wrong(
                        PersistentVolume.class,
                        "spec: {accessModes: [x, y], capacity: {storage: 1, cpu: 1}, hostPath: {path: /x}}",
                        "spec.accessModes",
                        "Unsupported value: \"x\": " + MODES,
                        "spec.accessModes",
                        "Unsupported value: \"y\": " + MODES,
                        "spec.capacity",
                        "Unsupported value: {\"cpu\":\"1\",\"storage\":\"1\"}: supported values: \"storage\"")),
        CLAIMS(
                wrong(
                        PersistentVolumeClaim.class,
                        CLAIM + "dataSource: {kind: PersistentVolumeClaim, name: \"\"}}",
                        "spec.dataSource.name",
                        "Required value",
                        "spec.dataSourceRef.name",
                        "Required value"),
                wrong(
                        PersistentVolumeClaim.class,
                        CLAIM + "dataSourceRef: {kind: x, name: x, apiGroup: a_b}}",
                        "spec.dataSource.apiGroup",
                        "Invalid value: \"a_b\": " + SUBDOMAIN,
                        "spec.dataSourceRef.apiGroup",
                        "Invalid value: \"a_b\": " + SUBDOMAIN),
                wrong(
                        PersistentVolumeClaim.class,
                        CLAIM
                                + "dataSource: {kind: x, name: x}, dataSourceRef: {kind: PersistentVolumeClaim, name: x}}",
                        "spec.dataSource",
                        "Invalid value: \"x\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
                        "spec",
                        "Invalid value: {}: must match dataSourceRef"),
                wrong(
                        PersistentVolumeClaim.class,
                        CLAIM + "volumeMode: \"\", volumeAttributesClassName: A_}",
                        "spec.volumeMode",
                        "Unsupported value: \"\": supported values: \"Block\", \"Filesystem\"",
                        "spec.volumeAttributesClassName",
                        "Invalid value: \"A_\": " + SUBDOMAIN)),
        CLASSES(
                wrong(
                        StorageClass.class,
                        "provisioner: p\nallowedTopologies: [{}]",
                        "allowedTopologies[0].matchLabelExpressions",
                        "Duplicate value: \"\""),
                wrong(
                        StorageClass.class,
                        "provisioner: p\nallowedTopologies: [{matchLabelExpressions: [{key: a b, values: [x, x]}, {key: c}]}]",
                        "allowedTopologies[0].matchLabelExpressions[0].values[1]",
                        "Duplicate value: \"x\"",
                        "allowedTopologies[0].matchLabelExpressions[0].key",
                        "Invalid value: \"a b\": " + NAME_PART,
                        "allowedTopologies[0].matchLabelExpressions[1].values",
                        "Required value")),
        SLICES(
                wrong(EndpointSlice.class, "addressType: \"\"", "addressType", "Required value"),
                wrong(
                        EndpointSlice.class,
                        "addressType: x",
                        "addressType",
                        "Unsupported value: \"x\": supported values: \"FQDN\", \"IPv4\", \"IPv6\""),
                wrong(
                        EndpointSlice.class,
                        "addressType: IPv4\nendpoints: [{addresses: [x, \"::2\", 127.0.0.1, 0.0.0.0, 169.254.0.1, 224.0.0.1]}]",
                        "endpoints[0].addresses[0]",
                        "Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                        "endpoints[0].addresses",
                        "Invalid value: \"::2\": must be an IPv4 address",
                        "endpoints[0].addresses[2]",
                        "Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
                        "endpoints[0].addresses[3]",
                        "Invalid value: \"0.0.0.0\": may not be unspecified (0.0.0.0)",
                        "endpoints[0].addresses[4]",
                        "Invalid value: \"169.254.0.1\": may not be in the link-local range (169.254.0.0/16, fe80::/10)",
                        "endpoints[0].addresses[5]",
                        "Invalid value: \"224.0.0.1\": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
                wrong(
                        EndpointSlice.class,
                        "addressType: IPv6\nendpoints: [{addresses: [10.1.2.3, \"::ffff:1.2.3.4\"]}]",
                        "endpoints[0].addresses",
                        "Invalid value: \"10.1.2.3\": must be an IPv6 address",
                        "endpoints[0].addresses[1]",
                        "Invalid value: \"::ffff:1.2.3.4\": must not be an IPv4-mapped IPv6 address"),
                wrong(
                        EndpointSlice.class,
                        "addressType: FQDN\nendpoints: [{addresses: [x, a.b., \"\"], hostname: a_b, nodeName: A}]",
                        "endpoints[0].addresses[0]",
                        "Invalid value: \"x\": should be a domain with at least two segments separated by dots",
                        "endpoints[0].addresses[2]",
                        "Required value",
                        "endpoints[0].nodeName",
                        "Invalid value: \"A\": " + SUBDOMAIN,
                        "endpoints[0].hostname",
                        "Invalid value: \"a_b\": " + LABEL),
                wrong(
                        EndpointSlice.class,
                        "addressType: IPv4\nports: [{name: A}, {name: b, protocol: x}, {name: b, appProtocol: a b}]",
                        "ports[0].name",
                        "Invalid value: \"A\": " + LABEL,
                        "ports[1].protocol",
                        "Unsupported value: \"x\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
                        "ports[2].name",
                        "Duplicate value: \"b\"",
                        "ports[2].appProtocol",
                        "Invalid value: \"a b\": " + NAME_PART),
                wrong(
                        EndpointSlice.class,
                        "addressType: IPv4\nendpoints: [{addresses: [10.1.2.3], hints: {forZones: [{name: a}, {name: a}]}}]",
                        "endpoints[0].hints.forZones[1].name",
                        "Duplicate value: \"a\"")),
        EVENTS(
                wrong(
                        Event.class,
                        "involvedObject: {}",
                        "involvedObject.namespace",
                        "Invalid value: \"\": does not match event.namespace"),
                wrong(
                        Event.class,
                        "involvedObject: {}\neventTime: \"2026-01-01T00:00:00.000000Z\"",
                        "involvedObject.namespace",
                        "Invalid value: \"\": does not match event.namespace",
                        "reportingComponent",
                        "Required value",
                        "reportingComponent",
                        "Invalid value: \"\": name part must be non-empty",
                        "reportingComponent",
                        "Invalid value: \"\": " + NAME_PART,
                        "reportingInstance",
                        "Required value",
                        "action",
                        "Required value",
                        "reason",
                        "Required value")),
        NODES(
                wrong(
                        Node.class,
                        "spec: {taints: [{key: a b, value: _, effect: x}, {key: k}, {key: k}]}",
                        "metadata.taints[0].key",
                        "Invalid value: \"a b\": " + NAME_PART,
                        "metadata.taints[0].value",
                        "Invalid value: \"_\": a valid label must be an empty string or consist of alphanumeric characters,"
                                + " '-', '_' or '.', and must start and end with an alphanumeric character (e.g."
                                + " 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
                                + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
                        "metadata.taints[0].effect",
                        "Unsupported value: \"x\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
                        "metadata.taints[1].effect",
                        "Required value",
                        "metadata.taints[2].effect",
                        "Required value",
                        "metadata.taints[2]",
                        "Duplicate value: {\"Key\":\"k\",\"Value\":\"\",\"Effect\":\"\",\"TimeAdded\":null}: taints must be"
                                + " unique by key and effect pair"),
                wrong(
                        Node.class,
                        "status: {capacity: {pods: 1500m}}",
                        "status.capacity.pods",
                        "Invalid value: \"1500m\": must be an integer",
                        "status.allocatable.pods",
                        "Invalid value: \"1500m\": must be an integer")),
        REVISIONS(wrong(
                ControllerRevision.class,
                "revision: 1\ndata: x",
                "data",
                "Required value: data must be a valid JSON object")),
        QUOTAS(wrong(
                ResourceQuota.class,
                "spec: {hard: {pods: 1}, scopes: [x]}",
                "spec.scopes",
                "Invalid value: [\"x\"]: unsupported scope"));

        private final List<Case> cases;

        Topic(Case... cases) {
            this.cases = List.of(cases);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isInvalid(Topic topic) {
        SoftAssertions all = new SoftAssertions();
        for (Case wrong : topic.cases) {
            ClusterException refused = refusal(Reason.INVALID, () -> tried(wrong.type(), wrong.rest()));
            all.assertThat(refused.causes()).as(wrong.rest()).isEqualTo(ValidationContract.causes("", wrong.fields()));
        }
        all.assertAll();
    }

    /** Created, but for that: nodes and volumes are others' too. */
    private <T extends HasMetadata> T tried(Class<T> type, String rest) {
        return cluster.create(
                Yaml.read(type, """
                apiVersion: %s
                kind: %s
                metadata: {name: tried%s}
                %s
                """.formatted(
                                HasMetadata.getApiVersion(type),
                                HasMetadata.getKind(type),
                                Namespaced.class.isAssignableFrom(type) ? ", namespace: " + namespace : "",
                                rest)),
                DEFAULTS.withDryRun());
    }

    @Test
    void aVolumeGetsDefaultsAndLosesWhatSaysNothing() {
        PersistentVolume volume = tried(
                PersistentVolume.class,
                VOLUME + "hostPath: {path: /x}, persistentVolumeReclaimPolicy: \"\", storageClassName: \"\","
                        + " claimRef: {kind: \"\", name: a, namespace: b, uid: \"\"}}");

        assertThat(volume.getSpec().getHostPath().getType()).isEmpty();
        assertThat(volume.getSpec().getPersistentVolumeReclaimPolicy()).isEqualTo("Retain");
        assertThat(volume.getSpec().getStorageClassName()).isNull();
        assertThat(volume.getSpec().getClaimRef().getKind()).isNull();
        assertThat(volume.getSpec().getClaimRef().getUid()).isNull();
        assertThat(volume.getSpec().getClaimRef().getName()).isEqualTo("a");
    }

    @Test
    void aClaimSaysInTwoFieldsWhatItIsFilledFrom() {
        PersistentVolumeClaim older =
                tried(PersistentVolumeClaim.class, CLAIM + "dataSource: {kind: PersistentVolumeClaim, name: x}}");
        assertThat(older.getSpec().getDataSourceRef())
                .isEqualTo(new TypedObjectReference(null, "PersistentVolumeClaim", "x", null));

        PersistentVolumeClaim newer =
                tried(PersistentVolumeClaim.class, CLAIM + "dataSourceRef: {apiGroup: a.b, kind: K, name: x}}");
        assertThat(newer.getSpec().getDataSource()).isEqualTo(new TypedLocalObjectReference("a.b", "K", "x"));
    }

    @Test
    void aClaimDropsSourcesThatTheOlderFieldCannotNameAndThoseOfOtherNamespaces() {
        PersistentVolumeClaim odd =
                tried(PersistentVolumeClaim.class, CLAIM + "volumeName: \"\", dataSource: {kind: K, name: x}}");
        assertThat(odd.getSpec().getDataSource()).isNull();
        assertThat(odd.getSpec().getDataSourceRef()).isNull();
        assertThat(odd.getSpec().getVolumeName()).isNull();

        PersistentVolumeClaim foreign = tried(
                PersistentVolumeClaim.class,
                CLAIM + "dataSourceRef: {kind: PersistentVolumeClaim, name: x, namespace: other}}");
        assertThat(foreign.getSpec().getDataSource()).isNull();
        assertThat(foreign.getSpec().getDataSourceRef()).isNull();
    }

    @Test
    void aSliceGetsDefaultsForItsPortsAndLosesOldTopology() {
        EndpointSlice slice = tried(
                EndpointSlice.class,
                "addressType: IPv4\nports: [{port: 80}]\nendpoints: [{addresses: [10.1.2.3], deprecatedTopology: {a: b}}]");

        assertThat(slice.getPorts().get(0).getName()).isEmpty();
        assertThat(slice.getPorts().get(0).getProtocol()).isEqualTo("TCP");
        assertThat(slice.getEndpoints().get(0).getConditions()).isNotNull();
        assertThat(slice.getEndpoints().get(0).getDeprecatedTopology()).isNullOrEmpty();
    }

    @Test
    void theAddressTypeOfASliceStays() {
        EndpointSlice slice = create(Yaml.read(EndpointSlice.class, """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: slice, namespace: %s}
                addressType: IPv4
                endpoints: []
                """.formatted(namespace)));
        slice.setAddressType("IPv6");

        assertThat(refusal(Reason.INVALID, () -> cluster.replace(slice, DEFAULTS))
                        .causes())
                .extracting(ClusterException.Cause::field)
                .containsExactly("addressType");
    }

    @Test
    void anEventSaysWhoReportsItIfOnlyThatNobodyDoes() {
        Event event =
                tried(Event.class, "involvedObject: {namespace: " + namespace + ", name: x, kind: \"\"}\ncount: 0");

        assertThat(event.getReportingComponent()).isEmpty();
        assertThat(event.getReportingInstance()).isEmpty();
        assertThat(event.getSource()).isNotNull();
        assertThat(event.getCount()).isNull();
        assertThat(event.getInvolvedObject().getKind()).isNull();
    }

    @Test
    void anEventOfTheNewerKindKeepsItsMicroseconds() {
        Event event = tried(
                Event.class,
                "involvedObject: {namespace: " + namespace + ", name: x}\neventTime: \"2026-01-01T00:00:00.123456Z\"\n"
                        + "reportingComponent: a.b/c\nreportingInstance: d\naction: Act\nreason: Because");

        assertThat(event.getEventTime().getTime()).isEqualTo("2026-01-01T00:00:00.123456Z");
    }

    @Test
    void aNodeHasRoomForAllOfItsCapacityUnlessItSaysOtherwise() {
        Node node = tried(Node.class, "spec: {podCIDR: 10.0.0.0/24}\nstatus: {capacity: {pods: 3}}");

        assertThat(node.getStatus().getAllocatable()).isEqualTo(Map.of("pods", new Quantity("3")));
        assertThat(node.getStatus().getNodeInfo().getKubeletVersion()).isEmpty();
        assertThat(node.getStatus().getDaemonEndpoints().getKubeletEndpoint().getPort())
                .isZero();
        assertThat(node.getSpec().getPodCIDRs()).containsExactly("10.0.0.0/24");
    }

    @Test
    void aRevisionWithoutANumberIsTheZeroth() {
        assertThat(tried(ControllerRevision.class, "data: {a: b}").getRevision())
                .isZero();
    }
}
