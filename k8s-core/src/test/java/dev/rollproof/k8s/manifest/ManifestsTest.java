// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests are read with the line of every field; what is wrong is one sentence with file, line, field and what to do. */
class ManifestsTest {
    private static final String CLOCK = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: clock
            spec:
              replicas: 4
              selector:
                matchLabels:
                  app: clock
              template:
                metadata:
                  labels:
                    app: clock
                spec:
                  containers:
                    - name: clock
                      image: clock:1.0
                      ports:
                        - containerPort: 8080
            """;

    @TempDir
    Path folder;

    private static Manifest only(String text) {
        List<Manifest> manifests = Manifests.parse(text, "clock.yaml");
        assertThat(manifests).hasSize(1);
        return manifests.get(0);
    }

    private static void isRefused(String text, String sentence) {
        assertThatThrownBy(() -> Manifests.parse(text, "clock.yaml"))
                .isInstanceOf(ManifestException.class)
                .hasMessage("clock.yaml" + sentence);
    }

    @Test
    void aDocumentIsItsModelAndTheLineOfEachField() {
        Manifest clock = only(CLOCK);
        assertThat(clock.object()).isInstanceOf(Deployment.class);
        assertThat(clock.name()).isEqualTo("Deployment/clock");
        assertThat(clock.whereIs("spec.replicas")).isEqualTo("clock.yaml, line 6");
        assertThat(clock.whereIs("spec.template.spec.containers[0].image")).isEqualTo("clock.yaml, line 17");
        assertThat(clock.whereIs("spec.template.spec.containers[0].ports[0].containerPort"))
                .isEqualTo("clock.yaml, line 19");
    }

    @Test
    void aFieldThatIsNotThereIsWhereItsParentIs() {
        assertThat(only(CLOCK).lineOf("spec.strategy.type")).isEqualTo(5);
        assertThat(only(CLOCK).lineOf("status")).isEqualTo(1);
    }

    @Test
    void severalDocumentsHaveTheLinesOfTheirFile() {
        List<Manifest> manifests = Manifests.parse(
                "# the Service\n---\n" + CLOCK.replace("clock", "one") + "---\n---\n" + CLOCK, "all.yaml");
        assertThat(manifests).extracting(Manifest::name).containsExactly("Deployment/one", "Deployment/clock");
        assertThat(manifests.get(1).whereIs("spec.replicas")).isEqualTo("all.yaml, line 29");
    }

    @Test
    void aListIsItsItems() {
        List<Manifest> manifests = Manifests.parse("""
                apiVersion: v1
                kind: List
                items:
                  - apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: a}
                  - apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: b}
                    data: {key: value}
                """, "list.yaml");
        assertThat(manifests).extracting(Manifest::name).containsExactly("ConfigMap/a", "ConfigMap/b");
        assertThat(manifests.get(1).whereIs("data.key")).isEqualTo("list.yaml, line 10");
    }

    @Test
    void aListOfOneKindIsItsItemsWhoseKindNeedNotBeSaid() {
        List<Manifest> manifests = Manifests.parse("""
                apiVersion: v1
                kind: ConfigMapList
                items:
                  - metadata: {name: a}
                """, "list.yaml");
        assertThat(manifests).extracting(Manifest::name).containsExactly("ConfigMap/a");
        assertThat(manifests.get(0).object().getApiVersion()).isEqualTo("v1");
    }

    @Test
    void jsonIsReadToo() {
        Manifest service = only("""
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "clock"},
                 "spec": {"ports": [{"port": 80}]}}
                """);
        assertThat(service.object()).isInstanceOf(Service.class);
        assertThat(service.whereIs("spec.ports[0].port")).isEqualTo("clock.yaml, line 2");
    }

    @Test
    void filesAndFoldersAreReadInTheOrderOfTheirNames() throws IOException {
        Files.writeString(folder.resolve("b.yml"), CLOCK.replace("name: clock\nspec", "name: b\nspec"));
        Files.writeString(folder.resolve("a.yaml"), CLOCK.replace("name: clock\nspec", "name: a\nspec"));
        Files.writeString(folder.resolve("README.md"), "no manifest");
        assertThat(Manifests.read(List.of(folder)))
                .extracting(Manifest::name)
                .containsExactly("Deployment/a", "Deployment/b");
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws IOException {
        Path missing = folder.resolve("nothere.yaml");
        assertThatThrownBy(() -> Manifests.read(List.of(missing)))
                .hasMessage(missing + ": there is no such file; check the name");
        assertThatThrownBy(() -> Manifests.read(List.of(folder)))
                .hasMessage(folder + ": the folder has no .yaml, .yml or .json file; name the manifests");
        Path binary = Files.write(folder.resolve("picture.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> Manifests.read(List.of(binary)))
                .hasMessage(binary + ": not a text file in UTF-8; name a YAML or JSON manifest");
    }

    @Test
    void whatIsNoFileIsSaidToBeNone() {
        assertThatThrownBy(() -> Manifests.read(List.of(Path.of(""))))
                .hasMessage("a file's name is empty; name a YAML or JSON manifest");
        assertThatThrownBy(() -> Manifests.read(List.of(Path.of("https://example.org/clock.yaml"))))
                .hasMessage(
                        "https://example.org/clock.yaml: only files and folders are read, no addresses; fetch it, and"
                                + " name the file, or - for standard input");
    }

    @Test
    void standardInputIsReadOnce() {
        List<Path> once = List.of(Manifests.STANDARD_INPUT);
        assertThat(Manifests.read(once, new ByteArrayInputStream(CLOCK.getBytes(StandardCharsets.UTF_8))))
                .extracting(manifest -> manifest.whereIs("spec.replicas"))
                .containsExactly("standard input, line 6");
        assertThatThrownBy(() -> Manifests.read(once, new ByteArrayInputStream(new byte[] {(byte) 0xff, (byte) 0xfe})))
                .hasMessage("standard input: not a text in UTF-8; pipe a YAML or JSON manifest into it");
    }

    @Test
    void textWithoutManifestsIsRefused() {
        isRefused("", ": no manifest in it; it is empty or all comments");
        isRefused("# nothing\n---\n", ": no manifest in it; it is empty or all comments");
        isRefused(
                "hello",
                ", line 1: not a Kubernetes object but the text \"hello\"; it needs apiVersion, kind and metadata");
        isRefused("- a\n", ", line 1: not a Kubernetes object but a list; it needs apiVersion, kind and metadata");
    }

    @Test
    void whatEveryObjectNeeds() {
        isRefused(
                CLOCK.replace("kind: Deployment\n", ""),
                ", line 1: kind is missing; say which it is, such as Deployment");
        isRefused(
                CLOCK.replace("apiVersion: apps/v1\n", ""),
                ", line 1: apiVersion is missing; say which it is, such as apps/v1");
        isRefused(
                CLOCK.replace("  name: clock\nspec", "  labels: {}\nspec"),
                ", line 1: metadata.name is missing; give the Deployment a name");
        isRefused(
                CLOCK.replace("  name: clock\nspec", "  name: 7\nspec"),
                ", line 1: metadata.name is missing or no text; give the Deployment a name");
        isRefused(
                CLOCK.replace("  name: clock\nspec", "  generateName: clock-\nspec"),
                ", line 1: metadata.name is missing; what is applied has a name of its own, none that is generated; give"
                        + " the Deployment a name");
    }

    @Test
    void kindsThatAreNotKnown() {
        isRefused(
                CLOCK.replace("Deployment", "Deploymnt"),
                ", line 2: there is no kind Deploymnt in apps/v1 that is known here; check kind and apiVersion");
        isRefused(
                CLOCK.replace("Deployment", "deployment"),
                ", line 2: there is no kind deployment in apps/v1 that is known here (kinds begin with a capital: Deployment);"
                        + " check kind and apiVersion");
        isRefused(
                CLOCK.replace("apps/v1", "v1"),
                ", line 2: there is no kind Deployment in v1 that is known here (there is one in apps/v1); check kind and"
                        + " apiVersion");
    }

    /** The exercise's own slips. */
    @Test
    void lostIndentation() {
        isRefused(
                CLOCK.replace("    matchLabels:\n      app", "    matchLabels:\n    app"),
                ", line 9: unknown field \"spec.selector.app\"; it belongs into spec.selector.matchLabels: indent it below"
                        + " matchLabels");
        isRefused(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock}
                spec:
                  template:
                    metadata: {labels: {app: clock}}
                    containers:
                      - {name: clock, image: "clock:1.0"}
                """,
                ", line 7: unknown field \"spec.template.containers\"; it belongs into spec.template.spec: indent it below"
                        + " spec");
        isRefused(
                CLOCK.replace("  replicas: 4", "replicas: 4"),
                ", line 7: not valid YAML: mapping values are not allowed here; check the indentation"
                        + " around this line");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: 4       | replica: 4       | , line 6: unknown field \"spec.replica\"; did you mean \"replicas\"?",
                "image: clock:1.0  | imagee: clock:1.0 | , line 17: unknown field \"spec.template.spec.containers[0].imagee\"; did you mean \"image\"?",
                "replicas: 4       | replicas: many   | , line 6: spec.replicas must be a whole number, but is the text \"many\"",
                "replicas: 4       | replicas: [4]    | , line 6: spec.replicas must be a whole number, but is a list",
                "replicas: 4       | replicas: 3000000000 | , line 6: spec.replicas must be a number from -2147483648 to 2147483647, but is 3000000000",
                "replicas: 4       | strategy: {rollingUpdate: {maxSurge: 1.5}} | , line 6: spec.strategy.rollingUpdate.maxSurge must be a whole number or a text, but is 1.5",
                "replicas: 4       | strategy: {rollingUpdate: {maxSurge: 3000000000}} | , line 6: spec.strategy.rollingUpdate.maxSurge must be a number from -2147483648 to 2147483647, but is 3000000000",
            })
    void fieldsThatAreMisspeltOrOfAnotherType(String from, String to, String sentence) {
        isRefused(CLOCK.replace(from.strip(), to.strip()), sentence);
    }

    @Test
    void textThatYamlTakesForSomethingElseIsToBeQuoted() {
        isRefused(
                CLOCK.replace("      labels:\n        app: clock", "      labels:\n        app: yes\n        on: 1"),
                ", line 14: spec.template.metadata.labels.on must be a text, but is 1; put it in quotes");
    }

    @Test
    void whatIsInListsAndMapsHasAValue() {
        isRefused(
                CLOCK.replace("      labels:\n        app: clock", "      labels:\n        app: clock\n        tier:"),
                ", line 14: spec.template.metadata.labels.tier must be a text, but is nothing; write \"\" for an empty text,"
                        + " or remove it");
        isRefused(
                CLOCK.replace("        - containerPort: 8080", "        -"),
                ", line 19: spec.template.spec.containers[0].ports[0] must be an object, but is nothing; remove it");
    }

    @Test
    void templatesThatAreNotFilledInAreSaidToBeSo() {
        assertThatThrownBy(() -> Manifests.parse(CLOCK.replace("clock:1.0", "{{ .Values.image }}"), "clock.yaml"))
                .isInstanceOf(ManifestException.class)
                .hasMessageStartingWith("clock.yaml, line 17: ")
                .hasMessageEndingWith(
                        "; {{ is a template's: have the template filled in first, and name what comes out");
    }

    @Test
    void tabsAndDuplicatesAreYamlsOwnFaults() {
        assertThatThrownBy(() -> Manifests.parse(CLOCK.replace("  replicas", "\treplicas"), "clock.yaml"))
                .hasMessageStartingWith("clock.yaml, line 6: not valid YAML: ")
                .hasMessageEndingWith("check the indentation around this line (it must be spaces, no tabs)");
        assertThatThrownBy(() ->
                        Manifests.parse(CLOCK.replace("  replicas: 4", "  replicas: 4\n  replicas: 5"), "clock.yaml"))
                .isInstanceOf(ManifestException.class)
                .hasMessageStartingWith("clock.yaml")
                .hasMessageContaining("replicas");
    }

    @Test
    void whatTheServerSaysIsExplainedWithItsLine() {
        ClusterException refused = new ClusterException(
                Reason.INVALID,
                "Deployment.apps \"clock\" is invalid: [...]",
                List.of(
                        new Cause("spec.replicas", "FieldValueInvalid", "Invalid value: -4: must be at least 0"),
                        new Cause("spec.strategy.type", "FieldValueNotSupported", "Unsupported value: \"Odd\"")),
                null);
        assertThat(only(CLOCK).explain(refused))
                .isEqualTo(
                        "clock.yaml, line 6: spec.replicas: Invalid value: -4: must be at least 0; clock.yaml, line 5:"
                                + " spec.strategy.type: Unsupported value: \"Odd\"");
        assertThat(only(CLOCK).explain(new ClusterException(Reason.FORBIDDEN, "no right")))
                .isEqualTo("clock.yaml, line 1: no right");
    }
}
