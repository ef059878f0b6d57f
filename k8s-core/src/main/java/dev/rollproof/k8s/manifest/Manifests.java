// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads manifests: YAML or JSON, one or several documents, lists, files and folders of them. */
public final class Manifests {
    /** Stands for standard input, as with kubectl. */
    public static final Path STANDARD_INPUT = Path.of("-");

    private static final String TEMPLATE =
            "; {{ is a template's: have the template filled in first, and name what comes out";

    private Manifests() {}

    /**
     * Reads files, and all {@code .yaml}, {@code .yml} and {@code .json} files of folders, in the order of their names.
     * {@link #STANDARD_INPUT} is read to its end.
     *
     * @throws ManifestException if one of them cannot be used; nothing is returned then
     */
    public static List<Manifest> read(List<Path> paths) {
        return read(paths, System.in);
    }

    /**
     * The same, with a standard input of its own.
     *
     * @throws ManifestException if one of them cannot be used; nothing is returned then
     */
    public static List<Manifest> read(List<Path> paths, InputStream standardInput) {
        if (paths.stream().filter(STANDARD_INPUT::equals).count() > 1) {
            throw new ManifestException(
                    "standard input (-) is named more than once; it can be read once, so name it once");
        }
        List<Manifest> manifests = new ArrayList<>();
        for (Path path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                manifests.addAll(parse(textOf(standardInput), "standard input"));
                continue;
            }
            for (Path file : filesOf(path)) {
                manifests.addAll(parse(textOf(file), file.toString()));
            }
        }
        return manifests;
    }

    private static List<Path> filesOf(Path path) {
        if (path.toString().isEmpty()) {
            throw new ManifestException("a file's name is empty; name a YAML or JSON manifest");
        }
        if (path.toString().matches("https?:/.*")) {
            throw new ManifestException(
                    path.toString().replaceFirst(":/", "://")
                            + ": only files and folders are read, no addresses; fetch it, and name the file, or - for standard input");
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            List<Path> files = entries.filter(file -> file.toString().matches(".*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new ManifestException(path + ": the folder has no .yaml, .yml or .json file; name the manifests");
            }
            return files;
        } catch (IOException unreadable) {
            throw new ManifestException(path + ": the folder cannot be read; check its permissions");
        }
    }

    private static String textOf(InputStream standardInput) {
        try {
            return decoded(standardInput.readAllBytes());
        } catch (CharacterCodingException binary) {
            throw new ManifestException("standard input: not a text in UTF-8; pipe a YAML or JSON manifest into it");
        } catch (IOException unreadable) {
            throw new ManifestException("standard input cannot be read; pipe a YAML or JSON manifest into it");
        }
    }

    private static String decoded(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ManifestException(file + ": there is no such file; check the name");
        } catch (CharacterCodingException binary) {
            throw new ManifestException(file + ": not a text file in UTF-8; name a YAML or JSON manifest");
        } catch (IOException unreadable) {
            throw new ManifestException(file + ": cannot be read; check its permissions");
        }
    }

    /** Reads all documents of a text; the name stands for it in messages. */
    public static List<Manifest> parse(String text, String name) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setUseMarks(true)
                .setAllowDuplicateKeys(false)
                .setSchema(new CoreSchema())
                .build();
        List<Manifest> manifests = new ArrayList<>();
        try {
            for (Node document : new Compose(settings).composeAllFromString(text)) {
                Tree tree = Tree.of(document, name);
                if (tree.value() != null) {
                    add(tree.value(), "", tree, name, manifests);
                }
            }
        } catch (MarkedYamlEngineException notYaml) {
            int line = notYaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new ManifestException(name + ", line " + line + ": not valid YAML: " + notYaml.getProblem()
                    + (text.contains("{{")
                            ? TEMPLATE
                            : "; check the indentation around this line"
                                    + (text.contains("\t") ? " (it must be spaces, no tabs)" : "")));
        } catch (YamlEngineException notYaml) {
            int template = text.indexOf("{{");
            throw new ManifestException(name
                    + (template < 0
                            ? ""
                            : ", line "
                                    + (text.substring(0, template)
                                                    .chars()
                                                    .filter(c -> c == '\n')
                                                    .count()
                                            + 1))
                    + ": not valid YAML: "
                    + String.valueOf(notYaml.getMessage()).lines().findFirst().orElse("")
                    + (template < 0 ? "" : TEMPLATE));
        }
        if (manifests.isEmpty()) {
            throw new ManifestException(name + ": no manifest in it; it is empty or all comments");
        }
        return manifests;
    }

    private static void add(@Nullable Object value, String path, Tree tree, String file, List<Manifest> manifests) {
        int line = tree.lineOf(path);
        String where = file + ", line " + line;
        if (!(value instanceof Map<?, ?> fields)) {
            throw new ManifestException(where + ": not a Kubernetes object but " + Tree.describe(value)
                    + "; it needs apiVersion, kind and metadata");
        }
        String kind = required(fields, "kind", where, "such as Deployment");
        String apiVersion = required(fields, "apiVersion", where, "such as apps/v1");
        if (kind.endsWith("List") && fields.get("items") instanceof List<?> items) {
            for (int i = 0; i < items.size(); i++) {
                String at = (path.isEmpty() ? "" : path + ".") + "items[" + i + "]";
                add(listed(items.get(i), apiVersion, kind), at, tree, file, manifests);
            }
            return;
        }
        manifests.add(manifest(fields, path, apiVersion, kind, tree, file, where));
    }

    /** What is in a {@code DeploymentList} is a Deployment, and need not say so. */
    private static @Nullable Object listed(@Nullable Object item, String apiVersion, String kind) {
        if (kind.equals("List") || !(item instanceof Map<?, ?> fields)) {
            return item;
        }
        Map<Object, @Nullable Object> whole = new LinkedHashMap<>(fields);
        whole.putIfAbsent("apiVersion", apiVersion);
        whole.putIfAbsent("kind", kind.substring(0, kind.length() - "List".length()));
        return whole;
    }

    /** The usual mistakes are a small first letter and a wrong version. */
    private static String nearestTo(String apiVersion, String kind) {
        String capital = Character.toUpperCase(kind.charAt(0)) + kind.substring(1);
        return !capital.equals(kind) && !Models.modelOf(apiVersion, capital).equals(GenericKubernetesResource.class)
                ? " (kinds begin with a capital: " + capital + ")"
                : Models.knownVersionsOf(kind);
    }

    private static String required(Map<?, ?> fields, String field, String where, String example) {
        if (!(fields.get(field) instanceof String value) || value.isBlank()) {
            throw new ManifestException(where + ": " + field + " is missing; say which it is, " + example);
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private static Manifest manifest(
            Map<?, ?> fields, String path, String apiVersion, String kind, Tree tree, String file, String where) {
        Map<String, Integer> lines = tree.linesBelow(path);
        Object metadata = fields.get("metadata");
        Object name = metadata instanceof Map<?, ?> map ? map.get("name") : null;
        if (!(name instanceof String)) {
            boolean generated = metadata instanceof Map<?, ?> map && map.get("generateName") != null;
            throw new ManifestException(where + ": metadata.name is missing" + (name == null ? "" : " or no text")
                    + (generated ? "; what is applied has a name of its own, none that is generated" : "")
                    + "; give the " + kind + " a name");
        }
        HasMetadata object;
        Class<? extends HasMetadata> type = Models.modelOf(apiVersion, kind);
        if (type.equals(GenericKubernetesResource.class)) {
            String atKind = file + ", line " + tree.lineOf((path.isEmpty() ? "" : path + ".") + "kind");
            throw new ManifestException(atKind + ": there is no kind " + kind + " in " + apiVersion
                    + " that is known here" + nearestTo(apiVersion, kind) + "; check kind and apiVersion");
        }
        FieldCheck.check((Map<String, ?>) fields, type, file, lines);
        try {
            object = Models.fromTree((Map<String, ?>) fields, type);
        } catch (RuntimeException misshapen) {
            String why =
                    String.valueOf(misshapen.getMessage()).lines().findFirst().orElse("");
            throw new ManifestException(where + ": not a valid " + kind + ": " + why);
        }
        return new Manifest(object, file, tree.lineOf(path), new HashMap<>(lines));
    }
}
