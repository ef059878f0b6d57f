// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the API promises not to take for a pod, nor for a template of pods, word by word. */
abstract class PodValidationContract extends Contract {
    private static final String SUBDOMAIN = ValidationContract.SUBDOMAIN;
    private static final String NAME_PART = ValidationContract.NAME_PART;
    private static final String MODE = ": must be a number between 0 and 0777 (octal), both inclusive";
    private static final String IDENTITY = "Invalid value: -1: must be between 0 and 2147483647, inclusive";
    private static final String AFFINITY = "affinity.nodeAffinity.";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final String SIDECARS_ONLY =
            "Forbidden: may not be set for init containers without restartPolicy=Always";

    /**
     * Something wrong in a spec.
     *
     * @param spec in YAML, beside the container where it does not say containers of its own
     * @param fields where the server sees something wrong, below the spec, each followed by its message
     */
    private record Case(String spec, List<String> fields) {}

    private static Case spec(String wrong, String... fields) {
        return new Case("{containers: [{name: web, image: \"page:1.0\"}], " + wrong + "}", List.of(fields));
    }

    /** Of the only container; so are the fields. */
    private static Case container(String wrong, String... fields) {
        List<String> full = new ArrayList<>();
        for (int i = 0; i < fields.length; i++) {
            full.add(i % 2 == 0 ? "containers[0]." + fields[i] : fields[i]);
        }
        return new Case("{containers: [{name: web, image: \"page:1.0\", " + wrong + "}]}", full);
    }

    /** What the cases are about. */
    @SuppressWarnings("ImmutableEnumChecker") // Lists that nobody changes.
    enum Topic {
        SECURITY(
                container(
                        "securityContext: {runAsUser: -1, runAsGroup: -1, procMount: x}",
                        "securityContext.runAsUser",
                        IDENTITY,
                        "securityContext.runAsGroup",
                        IDENTITY,
                        "securityContext.procMount",
                        "Unsupported value: \"x\": supported values: \"Default\", \"Unmasked\""),
                container(
                        "securityContext: {privileged: true, allowPrivilegeEscalation: false}",
                        "securityContext",
                        "Invalid value: {\"Capabilities\":null,\"Privileged\":true,\"SELinuxOptions\":null,\"WindowsOptions\":null,\"RunAsUser\":null,\"RunAsGroup\":null,\"RunAsNonRoot\":null,\"ReadOnlyRootFilesystem\":null,\"AllowPrivilegeEscalation\":false,\"ProcMount\":null,\"SeccompProfile\":null,\"AppArmorProfile\":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true"),
                container(
                        "securityContext: {seccompProfile: {type: Localhost}, appArmorProfile: {type: x}}",
                        "securityContext.seccompProfile.localhostProfile",
                        "Required value: must be set when seccomp type is Localhost",
                        "securityContext.appArmorProfile.type",
                        "Unsupported value: \"x\": supported values: \"Localhost\", \"RuntimeDefault\", \"Unconfined\""),
                container(
                        "securityContext: {seccompProfile: {type: Unconfined, localhostProfile: x}}",
                        "securityContext.seccompProfile.localhostProfile",
                        "Invalid value: {\"Type\":\"Unconfined\",\"LocalhostProfile\":\"x\"}: can only be set when seccomp type is Localhost"),
                spec(
                        "securityContext: {fsGroup: -1, supplementalGroups: [1, -1], sysctls: [{name: a b, value: x}], fsGroupChangePolicy: x}",
                        "securityContext.fsGroup",
                        IDENTITY,
                        "securityContext.supplementalGroups[1]",
                        IDENTITY,
                        "securityContext.sysctls[0].name",
                        "Invalid value: \"a b\": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
                        "securityContext.fsGroupChangePolicy",
                        "Unsupported value: \"x\": supported values: \"Always\", \"OnRootMismatch\""),
                spec("os: {name: windows}, hostPID: true", "hostPID", "Forbidden: cannot be set for a windows pod"),
                spec(
                        "os: {name: windows}, securityContext: {runAsUser: 1}",
                        "securityContext.runAsUser",
                        "Forbidden: cannot be set for a windows pod"),
                spec("os: {name: x}", "os", "Unsupported value: \"x\": supported values: \"linux\", \"windows\"")),
        PROBES(
                container(
                        "readinessProbe: {grpc: {port: 70000}, terminationGracePeriodSeconds: 1}",
                        "readinessProbe.grpc.port",
                        "Invalid value: 70000: must be between 1 and 65535, inclusive",
                        "readinessProbe.terminationGracePeriodSeconds",
                        "Invalid value: 1: must not be set for readinessProbes"),
                container(
                        "livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 0}, terminationGracePeriodSeconds: 0}",
                        "livenessProbe.tcpSocket",
                        "Forbidden: may not specify more than 1 handler type",
                        "livenessProbe.terminationGracePeriodSeconds",
                        "Invalid value: 0: must be greater than 0"),
                container(
                        "startupProbe: {httpGet: {port: 80, httpHeaders: [{name: a b, value: x}]}}",
                        "startupProbe.httpGet.httpHeaders",
                        "Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"),
                spec(
                        "initContainers: [{name: i, image: a, lifecycle: {}, readinessProbe: {tcpSocket: {port: 1}}}]",
                        "initContainers[0].lifecycle",
                        SIDECARS_ONLY,
                        "initContainers[0].readinessProbe",
                        SIDECARS_ONLY)),
        PORTS_AND_ENVIRONMENT(
                container(
                        "ports: [{containerPort: 80, name: UPPER, hostPort: 1}, {containerPort: 81, hostPort: 1}]",
                        "ports[0].name",
                        "Invalid value: \"UPPER\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                        "ports[0].name",
                        "Invalid value: \"UPPER\": must contain at least one letter (a-z)",
                        "ports[1].hostPort",
                        "Duplicate value: \"TCP//1\""),
                container(
                        "envFrom: [{prefix: 1=, configMapRef: {name: x}}]",
                        "envFrom[0].prefix",
                        "Invalid value: \"1=\": a valid environment variable name must consist only of printable ASCII characters other than '='"),
                container(
                        "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.x}}}]",
                        "env[0].valueFrom.resourceFieldRef.resource",
                        "Unsupported value: \"limits.x\": supported values: \"limits.cpu\", \"limits.ephemeral-storage\", \"limits.memory\", \"requests.cpu\", \"requests.ephemeral-storage\", \"requests.memory\""),
                container(
                        "env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a b']\"}}}]",
                        "env[0].valueFrom.fieldRef",
                        "Invalid value: \"a b\": " + NAME_PART),
                container(
                        "env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.restartPolicy}}}]",
                        "env[0].valueFrom.fieldRef.fieldPath",
                        "Unsupported value: \"spec.restartPolicy\": supported values: \"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"")),
        RESOURCES(
                container(
                        "resources: {requests: {example.com/card: 1}}",
                        "resources.limits",
                        "Required value: Limit must be set for non overcommitable resources"),
                container(
                        "resources: {requests: {example.com/card: 1}, limits: {example.com/card: 2}}",
                        "resources.requests",
                        "Invalid value: \"1\": must be equal to example.com/card limit of 2"),
                container(
                        "resources: {limits: {example.com/card: 1500m}, requests: {example.com/card: 1500m}}",
                        "resources.limits[example.com/card]",
                        "Invalid value: \"1500m\": must be an integer",
                        "resources.requests[example.com/card]",
                        "Invalid value: \"1500m\": must be an integer"),
                container(
                        "resources: {limits: {hugepages-2Mi: 2Mi}}",
                        "resources",
                        "Forbidden: HugePages require cpu or memory"),
                container(
                        "resources: {claims: [{name: x}]}",
                        "resources.claims[0]",
                        "Not found: \"x\": must be one of the names in pod.spec.resourceClaims which is empty"),
                container(
                        "resizePolicy: [{resourceName: x, restartPolicy: y}]",
                        "resizePolicy",
                        "Unsupported value: \"x\": supported values: \"cpu\", \"memory\"",
                        "resizePolicy",
                        "Unsupported value: \"y\": supported values: \"NotRequired\", \"RestartContainer\"")),
        PLACEMENT(
                spec(
                        "affinity: {nodeAffinity: {" + REQUIRED + ": {nodeSelectorTerms: []}}}",
                        AFFINITY + REQUIRED + ".nodeSelectorTerms",
                        "Required value: must have at least one node selector term"),
                spec(
                        "affinity: {nodeAffinity: {" + REQUIRED
                                + ": {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}, {key: a b, operator: Gt}],"
                                + " matchFields: [{key: x, operator: Exists}]}]}, " + PREFERRED
                                + ": [{weight: 101, preference: {matchExpressions: [{key: a, operator: x}]}}]}}",
                        AFFINITY + REQUIRED + ".nodeSelectorTerms[0].matchExpressions[0].values",
                        "Required value: must be specified when `operator` is 'In' or 'NotIn'",
                        AFFINITY + REQUIRED + ".nodeSelectorTerms[0].matchExpressions[1].values",
                        "Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
                        AFFINITY + REQUIRED + ".nodeSelectorTerms[0].matchExpressions[1].key",
                        "Invalid value: \"a b\": " + NAME_PART,
                        AFFINITY + REQUIRED + ".nodeSelectorTerms[0].matchFields[0].operator",
                        "Invalid value: \"Exists\": not a valid selector operator",
                        AFFINITY + REQUIRED + ".nodeSelectorTerms[0].matchFields[0].key",
                        "Invalid value: \"x\": not a valid field selector key",
                        AFFINITY + PREFERRED + "[0].weight",
                        "Invalid value: 101: must be in the range 1-100",
                        AFFINITY + PREFERRED + "[0].preference.matchExpressions[0].operator",
                        "Invalid value: \"x\": not a valid selector operator"),
                spec(
                        "affinity: {podAffinity: {" + REQUIRED
                                + ": [{topologyKey: a, matchLabelKeys: [x], mismatchLabelKeys: [x]}]}}",
                        "affinity.podAffinity." + REQUIRED + "[0].matchLabelKeys",
                        "Forbidden: must not be specified when labelSelector is not set",
                        "affinity.podAffinity." + REQUIRED + "[0].mismatchLabelKeys",
                        "Forbidden: must not be specified when labelSelector is not set",
                        "affinity.podAffinity." + REQUIRED + "[0].matchLabelKeys[0]",
                        "Invalid value: \"x\": exists in both matchLabelKeys and mismatchLabelKeys"),
                spec(
                        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 1, nodeTaintsPolicy: x}]",
                        "topologySpreadConstraints[0].minDomains",
                        "Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
                        "topologySpreadConstraints[0].nodeTaintsPolicy",
                        "Unsupported value: \"x\": supported values: \"Honor\", \"Ignore\""),
                spec(
                        "tolerations: [{key: a, operator: Exists, value: x}]",
                        "tolerations[0].operator",
                        "Invalid value: \"x\": value must be empty when `operator` is 'Exists'"),
                spec("schedulingGates: [{name: a}, {name: a}]", "schedulingGates[1]", "Duplicate value: \"a\""),
                spec("nodeName: A_b", "nodeName", "Invalid value: \"A_b\": " + SUBDOMAIN)),
        NETWORK(
                spec(
                        "dnsPolicy: None",
                        "dnsConfig",
                        "Required value: must provide `dnsConfig` when `dnsPolicy` is None"),
                spec(
                        "dnsPolicy: None, dnsConfig: {}",
                        "dnsConfig.nameservers",
                        "Required value: must provide at least one DNS nameserver when `dnsPolicy` is None"),
                spec(
                        "dnsConfig: {nameservers: [1.2.3, \"::1\"], options: [{value: x}]}",
                        "dnsConfig.nameservers[0]",
                        "Invalid value: \"1.2.3\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                        "dnsConfig.options[0]",
                        "Required value: must not be empty"),
                spec(
                        "hostAliases: [{ip: x, hostnames: [A_b]}]",
                        "hostAliases[0].ip",
                        "Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                        "hostAliases[0].hostnames[0]",
                        "Invalid value: \"A_b\": " + SUBDOMAIN),
                new Case(
                        "{hostNetwork: true, containers: [{name: web, image: a, ports: [{containerPort: 80, hostPort: 81}]}]}",
                        List.of(
                                "containers[0].ports[0].hostPort",
                                "Invalid value: 81: must match `containerPort` when `hostNetwork` is true"))),
        VOLUMES(
                spec(
                        "volumes: [{name: v, emptyDir: {sizeLimit: -1}}]",
                        "volumes[0].emptyDir.sizeLimit",
                        "Forbidden: SizeLimit field must be a valid resource quantity"),
                spec(
                        "volumes: [{name: v, secret: {secretName: x, defaultMode: 1000, items: [{key: a, path: ../b}]}}]",
                        "volumes[0].secret.defaultMode",
                        "Invalid value: 1000" + MODE,
                        "volumes[0].secret.items[0].path",
                        "Invalid value: \"../b\": must not contain '..'"),
                spec(
                        "volumes: [{name: v, hostPath: {path: /a/.., type: x}}]",
                        "volumes[0].hostPath.path",
                        "Invalid value: \"/a/..\": must not contain '..'",
                        "volumes[0].hostPath.type",
                        "Unsupported value: \"x\": supported values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\""),
                spec(
                        "volumes: [{name: v, downwardAPI: {items: [{path: /x}]}}]",
                        "volumes[0].downwardAPI.path",
                        "Invalid value: \"/x\": must be a relative path",
                        "volumes[0].downwardAPI",
                        "Required value: one of fieldRef and resourceFieldRef is required"),
                spec(
                        "volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds: 1}}, {secret: {name: a, items: [{key: a, path: b}, {key: b, path: b}]}}]}}]",
                        "volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds",
                        "Invalid value: 1: may not specify a duration less than 10 minutes",
                        "volumes[0].projected",
                        "Invalid value: \"a\": conflicting duplicate paths"),
                spec(
                        "volumes: [{name: v, nfs: {}}, {name: w, csi: {driver: -}}]",
                        "volumes[0].nfs.server",
                        "Required value",
                        "volumes[0].nfs.path",
                        "Required value",
                        "volumes[0].nfs.path",
                        "Invalid value: \"\": must be an absolute path",
                        "volumes[1].csi.driver",
                        "Invalid value: \"-\": " + SUBDOMAIN),
                container(
                        "volumeMounts: [{name: x, mountPath: \"\"}], volumeDevices: [{name: y, devicePath: /y}]",
                        "volumeMounts[0].name",
                        "Not found: \"x\"",
                        "volumeMounts[0].mountPath",
                        "Required value",
                        "volumeDevices[0].name",
                        "Not found: \"y\""),
                new Case(
                        "{volumes: [{name: v, emptyDir: {}}], containers: [{name: web, image: a, volumeMounts: [{name: v, mountPath: /v, subPath: ../a, mountPropagation: Bidirectional}], volumeDevices: [{name: v, devicePath: /d}]}]}",
                        List.of(
                                "containers[0].volumeMounts[0].name",
                                "Invalid value: \"v\": must not already exist in volumeDevices",
                                "containers[0].volumeMounts.subPath",
                                "Invalid value: \"../a\": must not contain '..'",
                                "containers[0].volumeMounts.mountPropagation",
                                "Forbidden: Bidirectional mount propagation is available only to privileged containers",
                                "containers[0].volumeDevices[0].name",
                                "Invalid value: \"v\": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
                                "containers[0].volumeDevices[0].name",
                                "Invalid value: \"v\": must not already exist in volumeMounts")));

        private final List<Case> cases;

        Topic(Case... cases) {
            this.cases = List.of(cases);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isInvalid(Topic topic) {
        assertInvalid(topic, this::podWith, "spec.");
    }

    @ParameterizedTest
    @EnumSource
    void isInvalidInATemplate(Topic topic) {
        assertInvalid(topic, this::deploymentWith, "spec.template.spec.");
    }

    private void assertInvalid(Topic topic, Function<String, HasMetadata> with, String path) {
        SoftAssertions all = new SoftAssertions();
        for (Case wrong : topic.cases) {
            ClusterException refused = refusal(Reason.INVALID, () -> create(with.apply(wrong.spec())));
            all.assertThat(refused.causes())
                    .as(wrong.spec())
                    .isEqualTo(ValidationContract.causes(path, wrong.fields()));
        }
        all.assertAll();
    }

    private Pod podWith(String spec) {
        return Yaml.read(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: wrong, namespace: %s}
                spec: %s
                """.formatted(namespace, spec));
    }

    private Deployment deploymentWith(String spec) {
        return Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: wrong, namespace: %s}
                spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: %s}}
                """.formatted(namespace, spec));
    }

    @Test
    void isInvalidInTheTemplateOfADaemonSet() {
        DaemonSet wrong = Yaml.read(DaemonSet.class, """
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: wrong, namespace: %s}
                spec:
                  selector: {matchLabels: {a: b}}
                  template: {metadata: {labels: {a: b}}, spec: {dnsPolicy: None, containers: [{name: web, image: a}]}}
                """.formatted(namespace));

        assertThat(refusal(Reason.INVALID, () -> create(wrong)).causes())
                .extracting(Cause::field)
                .containsExactly("spec.template.spec.dnsConfig");
    }

    @Test
    void blankAroundAnImageIsInvalidInAPodOnly() {
        String spec = "{containers: [{name: web, image: \" page:1.0\"}]}";

        assertThat(refusal(Reason.INVALID, () -> create(podWith(spec))))
                .hasMessage(
                        "Pod \"wrong\" is invalid: spec.containers[0].image: Invalid value: \" page:1.0\": must not have"
                                + " leading or trailing whitespace");
        Deployment template = deploymentWith(spec);
        template.getSpec().setReplicas(0);
        create(template);
    }

    @Test
    void containersForDebuggingAreNeitherCreatedNorInATemplate() {
        String spec = "{containers: [{name: web, image: a}], ephemeralContainers: [{name: e, image: a}]}";

        assertThat(refusal(Reason.INVALID, () -> create(podWith(spec))))
                .hasMessage("Pod \"wrong\" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create");
        assertThat(refusal(Reason.INVALID, () -> create(deploymentWith(spec))))
                .hasMessage("Deployment.apps \"wrong\" is invalid: spec.template.spec.ephemeralContainers: Forbidden:"
                        + " ephemeral containers not allowed in pod template");
    }

    @Test
    void whatAPodNamesAndIsNotThereComesBeforeWhatIsWrongWithIt() {
        String invalid = "dnsPolicy: None, containers: [{name: web, image: a}]}";

        assertThat(refusal(Reason.FORBIDDEN, () -> create(podWith("{serviceAccountName: A_b, " + invalid))))
                .hasMessage("pods \"wrong\" is forbidden: error looking up service account " + namespace
                        + "/A_b: serviceaccount \"A_b\" not found");
        assertThat(refusal(Reason.FORBIDDEN, () -> create(podWith("{runtimeClassName: none, " + invalid))))
                .hasMessage("pods \"wrong\" is forbidden: pod rejected: RuntimeClass \"none\" not found");
        refusal(Reason.INVALID, () -> create(podWith("{overhead: {cpu: 1}, " + invalid)));
        assertThat(refusal(
                        Reason.FORBIDDEN,
                        () -> create(podWith("{overhead: {cpu: 1}, containers: [{name: web, image: a}]}"))))
                .hasMessage(
                        "pods \"wrong\" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass"
                                + " defined Overhead");
    }

    @Test
    void aSignalThatStopsAContainerIsDropped() {
        Pod created = create(podWith("{nodeSelector: {no: where}, schedulerName: \"\","
                + " containers: [{name: web, image: \"page:1.0\", lifecycle: {stopSignal: SIGTERM}}]}"));

        assertThat(created.getSpec().getContainers().get(0).getLifecycle()).isNull();
        assertThat(created.getSpec().getSchedulerName()).isEqualTo("default-scheduler");
    }
}
