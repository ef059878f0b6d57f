// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API promises not to take, and what it says then: the field, and what is wrong with it, word by word. */
abstract class ValidationContract extends Contract {
    private static final String CONTAINER = "spec.template.spec.containers[0].";
    static final String LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters"
            + " or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used"
            + " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    static final String SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
            + " characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex"
            + " used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    static final String NAME_PART = "name part must consist of alphanumeric characters, '-', '_' or '.', and must"
            + " start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
            + " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private static final String NOT_NEGATIVE = "Invalid value: -1: must be greater than or equal to 0";

    /**
     * A valid object with something wrong in it.
     *
     * @param wrong what is different, in YAML: maps are merged, all else is replaced
     * @param fields where the server sees something wrong, each followed by its message
     */
    record Case(Class<? extends HasMetadata> type, String wrong, List<String> fields) {
        @Override
        public String toString() {
            return type.getSimpleName() + " " + wrong;
        }
    }

    private static Case deployment(String wrong, String... fields) {
        return new Case(Deployment.class, wrong, List.of(fields));
    }

    /** With something wrong in its only container; fields are those of the container. */
    private static Case container(String wrong, String... fields) {
        List<String> full = new ArrayList<>();
        for (int i = 0; i < fields.length; i++) {
            full.add(i % 2 == 0 ? CONTAINER + fields[i] : fields[i]);
        }
        return new Case(
                Deployment.class,
                "{spec: {template: {spec: {containers: [{name: web, image: \"page:1.0\", " + wrong + "}]}}}}",
                full);
    }

    private static Case template(String wrong, String... fields) {
        return deployment("{spec: {template: {spec: " + wrong + "}}}", fields);
    }

    private static Case service(String wrong, String... fields) {
        return new Case(Service.class, wrong, List.of(fields));
    }

    static Stream<Case> invalid() {
        return Stream.of(
                deployment("{spec: {replicas: -1}}", "spec.replicas", NOT_NEGATIVE),
                deployment("{spec: {minReadySeconds: -1}}", "spec.minReadySeconds", NOT_NEGATIVE),
                deployment("{spec: {revisionHistoryLimit: -1}}", "spec.revisionHistoryLimit", NOT_NEGATIVE),
                template(
                        "{hostname: -a}",
                        "spec.template.spec.hostname",
                        "Invalid value: \"-a\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"),
                template(
                        "{hostname: a.b}",
                        "spec.template.spec.hostname",
                        "Invalid value: \"a.b\": must not contain dots"),
                template(
                        "{subdomain: A}",
                        "spec.template.spec.subdomain",
                        "Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"),
                template(
                        "{tolerations: [{}]}",
                        "spec.template.spec.tolerations[0].operator",
                        "Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\""),
                template(
                        "{tolerations: [{key: a, operator: Exists, tolerationSeconds: 3}]}",
                        "spec.template.spec.tolerations[0].effect",
                        "Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set"),
                template(
                        "{topologySpreadConstraints: [{}]}",
                        "spec.template.spec.topologySpreadConstraints[0].maxSkew",
                        "Invalid value: 0: must be greater than zero",
                        "spec.template.spec.topologySpreadConstraints[0].topologyKey",
                        "Required value: can not be empty",
                        "spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable",
                        "Unsupported value: \"\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\""),
                template(
                        "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: k, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: k, whenUnsatisfiable: DoNotSchedule}]}",
                        "spec.template.spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}",
                        "Duplicate value: \"{k, DoNotSchedule}\""),
                template(
                        "{affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{podAffinityTerm: {topologyKey: k}}]}}}",
                        "spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight",
                        "Invalid value: 0: must be in the range 1-100"),
                template(
                        "{securityContext: {fsGroup: 2147483648}}",
                        "spec.template.spec.securityContext.fsGroup",
                        "Invalid value: 2147483648: must be between 0 and 2147483647, inclusive"),
                container(
                        "envFrom: [{configMapRef: {}}, {secretRef: {name: -x}}]",
                        "envFrom[0].configMapRef.name",
                        "Required value",
                        "envFrom[1].secretRef.name",
                        "Invalid value: \"-x\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"),
                container(
                        "volumeMounts: [{mountPath: /x}]",
                        "volumeMounts[0].name",
                        "Required value",
                        "volumeMounts[0].name",
                        "Not found: \"\""),
                service(
                        "{spec: {externalTrafficPolicy: Local}}",
                        "spec.externalTrafficPolicy",
                        "Invalid value: \"Local\": may only be set for externally-accessible services"),
                service(
                        "{spec: {type: NodePort, externalTrafficPolicy: x}}",
                        "spec.externalTrafficPolicy",
                        "Unsupported value: \"x\": supported values: \"Cluster\", \"Local\""),
                deployment(
                        "{spec: {minReadySeconds: 600, progressDeadlineSeconds: 600}}",
                        "spec.progressDeadlineSeconds",
                        "Invalid value: 600: must be greater than minReadySeconds"),
                deployment(
                        "{spec: {template: {metadata: {labels: {app: x}}}}}",
                        "spec.template.metadata.labels",
                        "Invalid value: {\"app\":\"x\"}: `selector` does not match template `labels`"),
                deployment(
                        "{spec: {selector: {matchLabels: null}}}",
                        "spec.selector",
                        "Invalid value: {}: empty selector is invalid for deployment"),
                deployment(
                        "{spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}}}",
                        "spec.strategy.rollingUpdate.maxUnavailable",
                        "Invalid value: 0: may not be 0 when `maxSurge` is 0"),
                deployment(
                        "{spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 150%}}}}",
                        "spec.strategy.rollingUpdate.maxUnavailable",
                        "Invalid value: \"150%\": must not be greater than 100%"),
                deployment(
                        "{spec: {strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}}}",
                        "spec.strategy.rollingUpdate",
                        "Forbidden: may not be specified when strategy `type` is 'Recreate'"),
                deployment("{metadata: {name: Clock_1}}", "metadata.name", "Invalid value: \"Clock_1\": " + SUBDOMAIN),
                deployment("{metadata: {labels: {a b: x}}}", "metadata.labels", "Invalid value: \"a b\": " + NAME_PART),
                deployment(
                        "{metadata: {finalizers: [foo]}}",
                        "metadata.finalizers[0]",
                        "Invalid value: \"foo\": name is neither a standard finalizer name nor is it fully qualified"),
                deployment(
                        "{spec: {replicas: -1, template: {spec: {restartPolicy: Never}}}}",
                        "spec.replicas",
                        NOT_NEGATIVE,
                        "spec.template.spec.restartPolicy",
                        "Unsupported value: \"Never\": supported values: \"Always\""),
                template("{containers: []}", "spec.template.spec.containers", "Required value"),
                template(
                        "{containers: [{name: web, image: a}, {name: web, image: b}]}",
                        "spec.template.spec.containers[1].name",
                        "Duplicate value: \"web\""),
                template(
                        "{serviceAccountName: A_b}",
                        "spec.template.spec.serviceAccountName",
                        "Invalid value: \"A_b\": " + SUBDOMAIN),
                template("{containers: [{name: web}]}", CONTAINER + "image", "Required value"),
                template(
                        "{containers: [{name: Web_1, image: a}]}",
                        CONTAINER + "name",
                        "Invalid value: \"Web_1\": " + LABEL),
                container(
                        "imagePullPolicy: Sometimes",
                        "imagePullPolicy",
                        "Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\""),
                container(
                        "ports: [{containerPort: 70000}]",
                        "ports[0].containerPort",
                        "Invalid value: 70000: must be between 1 and 65535, inclusive"),
                container(
                        "ports: [{containerPort: 80, name: waytoolongportname}]",
                        "ports[0].name",
                        "Invalid value: \"waytoolongportname\": must be no more than 15 characters"),
                container("readinessProbe: {}", "readinessProbe", "Required value: must specify a handler type"),
                container(
                        "readinessProbe: {httpGet: {port: 0}}",
                        "readinessProbe.httpGet.port",
                        "Invalid value: 0: must be between 1 and 65535, inclusive"),
                container(
                        "livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}",
                        "livenessProbe.successThreshold",
                        "Invalid value: 2: must be 1"),
                container(
                        "resources: {requests: {cpu: 2}, limits: {cpu: 1}}",
                        "resources.requests",
                        "Invalid value: \"2\": must be less than or equal to cpu limit of 1"),
                container(
                        "volumeMounts: [{name: data, mountPath: /data}]",
                        "volumeMounts[0].name",
                        "Not found: \"data\""),
                container(
                        "env: [{name: a, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
                        "env[0].valueFrom",
                        "Invalid value: \"\": may not be specified when `value` is not empty"),
                container(
                        "lifecycle: {preStop: {sleep: {seconds: -1}}}",
                        "lifecycle.preStop.sleep",
                        "Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (5)"),
                service("{spec: {ports: []}}", "spec.ports", "Required value"),
                service(
                        "{spec: {ports: [{port: 80}, {port: 81}]}}",
                        "spec.ports[0].name",
                        "Required value",
                        "spec.ports[1].name",
                        "Required value"),
                service(
                        "{spec: {type: Foo}}",
                        "spec.type",
                        "Unsupported value: \"Foo\": supported values: \"ClusterIP\", \"ExternalName\","
                                + " \"LoadBalancer\", \"NodePort\""),
                new Case(
                        ConfigMap.class,
                        "{data: {a b: x}}",
                        List.of(
                                "data[a b]",
                                "Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-',"
                                        + " '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for"
                                        + " validation is '[-._a-zA-Z0-9]+')")),
                new Case(
                        Pod.class,
                        "{spec: {activeDeadlineSeconds: 0}}",
                        List.of(
                                "spec.activeDeadlineSeconds",
                                "Invalid value: 0: must be between 1 and 2147483647, inclusive")),
                new Case(
                        ResourceQuota.class,
                        "{spec: {hard: {pods: -1}}}",
                        List.of("spec.hard[pods]", "Invalid value: \"-1\": must be greater than or equal to 0")));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void isInvalid(Case wrong) {
        HasMetadata manifest = wrong(wrong);
        List<Cause> expected = causes("", wrong.fields());
        List<String> sentences = expected.stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
        String kind = manifest instanceof Deployment ? "Deployment.apps" : manifest.getKind();

        ClusterException refused = refusal(Reason.INVALID, () -> create(manifest));
        assertThat(refused.causes()).isEqualTo(expected);
        assertThat(refused)
                .hasMessage(kind + " \"" + manifest.getMetadata().getName() + "\" is invalid: "
                        + (sentences.size() == 1 ? sentences.get(0) : "[" + String.join(", ", sentences) + "]"));
    }

    /**
     * As the server lists what is wrong.
     *
     * @param fields where it sees something wrong, below the path, each followed by its message
     */
    static List<Cause> causes(String path, List<String> fields) {
        List<Cause> causes = new ArrayList<>();
        for (int i = 0; i < fields.size(); i += 2) {
            String message = fields.get(i + 1);
            causes.add(new Cause(path + fields.get(i), reason(message), message));
        }
        return causes;
    }

    private static String reason(String message) {
        return switch (message.replaceFirst(":.*", "")) {
            case "Required value" -> "FieldValueRequired";
            case "Duplicate value" -> "FieldValueDuplicate";
            case "Unsupported value" -> "FieldValueNotSupported";
            case "Forbidden" -> "FieldValueForbidden";
            case "Not found" -> "FieldValueNotFound";
            default -> "FieldValueInvalid";
        };
    }

    @Test
    void whatIsOtherwiseTheSameIsValid() {
        for (Class<? extends HasMetadata> type :
                List.of(Deployment.class, Service.class, ConfigMap.class, Pod.class, ResourceQuota.class)) {
            assertThat(cluster.create(wrong(new Case(type, "{}", List.of())), DEFAULTS.withDryRun())
                            .getMetadata()
                            .getUid())
                    .isNotEmpty();
        }
    }

    @SuppressWarnings("unchecked")
    private HasMetadata wrong(Case wrong) {
        HasMetadata valid;
        if (wrong.type().equals(Deployment.class)) {
            valid = clock("clock", 0);
        } else if (wrong.type().equals(Pod.class)) {
            valid = pod("clock");
        } else if (wrong.type().equals(ConfigMap.class)) {
            valid = configMap("clock", "{}");
        } else if (wrong.type().equals(Service.class)) {
            valid = service();
        } else {
            valid = Yaml.read(ResourceQuota.class, """
                    apiVersion: v1
                    kind: ResourceQuota
                    metadata: {name: clock, namespace: %s}
                    spec: {hard: {}}
                    """.formatted(namespace));
        }
        Map<String, Object> tree = Models.toTree(valid);
        merge(tree, (Map<String, Object>) Yaml.tree(wrong.wrong()));
        return Models.fromTree(tree, wrong.type());
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> tree, Map<String, Object> changes) {
        changes.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map && tree.get(key) instanceof Map<?, ?> there) {
                Map<String, Object> merged = new LinkedHashMap<>((Map<String, Object>) there);
                merge(merged, (Map<String, Object>) map);
                tree.put(key, merged);
            } else {
                tree.put(key, value);
            }
        });
    }

    private Service service() {
        return Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: clock, namespace: %s}
                spec: {selector: {app: clock}, ports: [{port: 80}]}
                """.formatted(namespace));
    }

    @Test
    void fieldsThatThereAreNotAreRefused() {
        create(clock("clock", 0));
        Map<String, Object> tree = Models.toTree(clock("clock", 0));
        merge(tree, Map.of("spec", Map.of("colour", "red")));
        Deployment coloured = Models.fromTree(tree, Deployment.class);
        Patch patch = Patch.merge("{\"spec\": {\"colour\": \"red\"}}");
        Patch strategic = Patch.strategicMerge(
                "{\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"web\", \"imge\": \"x\"}]}}}}");

        assertThat(refusal(Reason.BAD_REQUEST, () -> create(coloured)))
                .hasMessage("Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error:"
                        + " unknown field \"spec.colour\"");
        refusal(Reason.BAD_REQUEST, () -> cluster.replace(coloured, DEFAULTS));
        assertThat(refusal(Reason.INTERNAL_ERROR, () -> cluster.apply(coloured, DEFAULTS)))
                .hasMessage("failed to create typed patch object (" + namespace
                        + "/clock; apps/v1, Kind=Deployment): .spec.colour: field not declared in schema");
        ClusterException patched =
                refusal(Reason.INVALID, () -> cluster.patch(Deployment.class, namespace, "clock", patch, DEFAULTS));
        assertThat(patched).hasMessageEndingWith(": strict decoding error: unknown field \"spec.colour\"");
        assertThat(patched.causes()).extracting(Cause::field).containsExactly("patch");
        assertThat(refusal(
                        Reason.INVALID, () -> cluster.patch(Deployment.class, namespace, "clock", strategic, DEFAULTS)))
                .hasMessageEndingWith("unknown field \"spec.template.spec.containers[0].imge\"");
    }

    @Test
    void itemsThatAreThereTwiceAreNotAppliedThoughTheyCanBeCreated() {
        Map<String, Object> tree = Models.toTree(clock("clock", 0));
        List<Map<String, String>> env = List.of(Map.of("name", "A", "value", "1"), Map.of("name", "A", "value", "2"));
        Map<String, Object> container = Map.of("name", "web", "image", "clock:1.0", "env", env);
        merge(tree, Map.of("spec", Map.of("template", Map.of("spec", Map.of("containers", List.of(container))))));
        Deployment twice = Models.fromTree(tree, Deployment.class);
        String why = "failed to create typed patch object (" + namespace + "/clock; apps/v1, Kind=Deployment):"
                + " .spec.template.spec.containers[name=\"web\"].env: duplicate entries for key [name=\"A\"]";

        assertThat(refusal(Reason.INTERNAL_ERROR, () -> cluster.apply(twice, DEFAULTS)))
                .hasMessage(why);
        create(twice);
        assertThat(refusal(Reason.INTERNAL_ERROR, () -> cluster.apply(twice, DEFAULTS)))
                .hasMessage(why);
    }

    @Test
    void quantitiesThatCannotBeReadAreRefused() {
        quantityIsRefused(
                "64Mo", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        quantityIsRefused("1e", "unable to parse quantity's suffix");
    }

    private void quantityIsRefused(String quantity, String why) {
        Map<String, Object> tree = Models.toTree(clock("clock", 0));
        Map<String, Object> container = Map.of(
                "name", "web", "image", "clock:1.0", "resources", Map.of("requests", Map.of("memory", quantity)));
        merge(tree, Map.of("spec", Map.of("template", Map.of("spec", Map.of("containers", List.of(container))))));
        Deployment wrong = Models.fromTree(tree, Deployment.class);

        assertThat(refusal(Reason.BAD_REQUEST, () -> create(wrong)))
                .hasMessage("Deployment in version \"v1\" cannot be handled as a Deployment: " + why);
        assertThat(refusal(Reason.INTERNAL_ERROR, () -> cluster.apply(wrong, DEFAULTS)))
                .hasMessageEndingWith("unable to convert unstructured object to apps/v1, Kind=Deployment: " + why);
    }

    @Test
    void aSelectorCannotBeChanged() {
        create(clock("clock", 0));
        Deployment other = clock("clock", 0);
        other.getSpec().getSelector().setMatchLabels(Map.of("app", "x"));
        other.getSpec().getTemplate().getMetadata().setLabels(Map.of("app", "x"));

        assertThat(refusal(Reason.INVALID, () -> cluster.replace(other, DEFAULTS)))
                .hasMessage("Deployment.apps \"clock\" is invalid: spec.selector: Invalid value:"
                        + " {\"matchLabels\":{\"app\":\"x\"}}: field is immutable");
    }

    @Test
    void ofAPodsSpecLittleMoreThanTheImageCanBeChanged() {
        create(homelessPod("clock"));
        Pod changed = cluster.patch(
                Pod.class,
                namespace,
                "clock",
                Patch.strategicMerge("{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"page:1.1\"}]}}"),
                DEFAULTS);
        assertThat(changed.getSpec().getContainers().get(0).getImage()).isEqualTo("page:1.1");

        ClusterException command = refusal(
                Reason.INVALID,
                () -> cluster.patch(
                        Pod.class,
                        namespace,
                        "clock",
                        Patch.strategicMerge("{\"spec\":{\"containers\":[{\"name\":\"web\",\"command\":[\"x\"]}]}}"),
                        DEFAULTS));
        assertThat(command.causes()).extracting(Cause::field).containsExactly("spec");
        assertThat(command)
                .hasMessageStartingWith("Pod \"clock\" is invalid: spec: Forbidden: pod updates may not change fields"
                        + " other than `spec.containers[*].image`,`spec.initContainers[*].image`,");

        assertThat(refusal(
                        Reason.INVALID,
                        () -> cluster.patch(
                                Pod.class,
                                namespace,
                                "clock",
                                Patch.strategicMerge(
                                        "{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"page:1.0\"}]}}"),
                                DEFAULTS)))
                .hasMessage("Pod \"clock\" is invalid: spec.containers: Forbidden: pod updates may not add or remove"
                        + " containers");
    }

    @Test
    void anAddressCannotBeChanged() {
        Service created = create(service());
        Service other = Models.copy(created);
        other.getSpec().setClusterIP("10.43.1.99");
        other.getSpec().setClusterIPs(List.of("10.43.1.99"));

        assertThat(refusal(Reason.INVALID, () -> cluster.replace(other, DEFAULTS)))
                .hasMessage("Service \"clock\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.43.1.99\"]: may not"
                        + " change once set");
        assertThat(cluster.replace(service(), DEFAULTS).getSpec().getClusterIP())
                .as("left out, it stays")
                .isEqualTo(created.getSpec().getClusterIP());
    }

    @Test
    void whatIsMarkedImmutableCannotBeChanged() {
        ConfigMap fixed = configMap("settings", "{a: x}");
        fixed.setImmutable(true);
        create(fixed);
        fixed.setData(Map.of("a", "y"));

        assertThat(refusal(Reason.INVALID, () -> cluster.replace(fixed, DEFAULTS)))
                .hasMessage("ConfigMap \"settings\" is invalid: data: Forbidden: field is immutable when `immutable` is"
                        + " set");
    }

    @Test
    void aSecretsTypeCannotBeChanged() {
        Secret secret = Yaml.read(Secret.class, """
                apiVersion: v1
                kind: Secret
                metadata: {name: key, namespace: %s}
                """.formatted(namespace));
        create(secret);
        secret.setType("example.com/other");

        assertThat(refusal(Reason.INVALID, () -> cluster.replace(secret, DEFAULTS)))
                .hasMessage(
                        "Secret \"key\" is invalid: type: Invalid value: \"example.com/other\": field is immutable");
    }

    @Test
    void aSecretOfNoTypeIsOpaque() {
        Secret secret = Yaml.read(Secret.class, """
                apiVersion: v1
                kind: Secret
                type: ''
                metadata: {name: some, namespace: %s, generateName: ''}
                """.formatted(namespace));

        Secret stored = create(secret);
        assertThat(stored.getType()).isEqualTo("Opaque");
        assertThat(stored.getMetadata().getGenerateName()).isNull();
    }

    @Test
    void whoseFinalizersAreNobodysIsRefused() {
        Namespace wrong = namespace("nobodys");
        wrong.setSpec(new NamespaceSpec(List.of("someone")));
        assertThat(refusal(Reason.INVALID, () -> create(wrong)))
                .hasMessage("Namespace \"nobodys\" is invalid: spec.finalizers: Invalid value: \"someone\":"
                        + " name is neither a standard finalizer name nor is it fully qualified");
    }

    @Test
    void whatADeploymentMayNotBecomeIsShownAsTheServerHoldsIt() {
        Deployment clock = create(clock("clock", 0));
        clock.getMetadata().setResourceVersion(null);
        clock.getSpec().getSelector().setMatchExpressions(List.of(new LabelSelectorRequirement("app", "Exists", null)));
        assertThat(refusal(Reason.INVALID, () -> cluster.replace(clock, DEFAULTS)))
                .hasMessage("Deployment.apps \"clock\" is invalid: spec.selector: Invalid value: {\"matchLabels\":"
                        + "{\"app\":\"clock\"},\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"Exists\"}]}: field is"
                        + " immutable");

        Patch patch = Patch.merge("{\"spec\": {\"strategy\": {\"type\": \"Nope\"}}}");
        assertThat(refusal(Reason.INVALID, () -> cluster.patch(Deployment.class, namespace, "clock", patch, DEFAULTS)))
                .hasMessage(
                        "Deployment.apps \"clock\" is invalid: spec.strategy: Unsupported value: {\"Type\":\"Nope\","
                                + "\"RollingUpdate\":{\"MaxUnavailable\":\"25%\",\"MaxSurge\":\"25%\"}}: supported values:"
                                + " \"Recreate\", \"RollingUpdate\"");
    }

    @Test
    void labelsOfATemplateAreNamedWithoutItsMetadata() {
        Deployment clock = clock("clock", 0);
        clock.getSpec().getTemplate().getMetadata().getLabels().put("tier", "Bad_Name!");

        assertThat(refusal(Reason.INVALID, () -> create(clock)).causes())
                .extracting(cause -> cause.field())
                .containsExactly("spec.template.labels");
    }
}
