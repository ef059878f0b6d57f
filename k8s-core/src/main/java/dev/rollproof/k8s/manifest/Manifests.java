// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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

/** Reads manifests: YAML or JSON, one or several documents, {@code List}s, files and folders of them. */
public final class Manifests {
    private Manifests() {}

    /**
     * Reads files, and all {@code .yaml}, {@code .yml} and {@code .json} files of folders, in the order of their names.
     *
     * @throws ManifestException if one of them cannot be used; nothing is returned then
     */
    public static List<Manifest> read(List<Path> paths) {
        List<Manifest> manifests = new ArrayList<>();
        for (Path path : paths) {
            for (Path file : filesOf(path)) {
                manifests.addAll(parse(textOf(file), file.toString()));
            }
        }
        return manifests;
    }

    private static List<Path> filesOf(Path path) {
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
                    + "; check the indentation around this line"
                    + (text.contains("\t") ? " (it must be spaces, no tabs)" : ""));
        } catch (YamlEngineException notYaml) {
            throw new ManifestException(name + ": not valid YAML: "
                    + String.valueOf(notYaml.getMessage()).lines().findFirst().orElse(""));
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
        if (kind.equals("List") && fields.get("items") instanceof List<?> items) {
            for (int i = 0; i < items.size(); i++) {
                add(items.get(i), (path.isEmpty() ? "" : path + ".") + "items[" + i + "]", tree, file, manifests);
            }
            return;
        }
        manifests.add(manifest(fields, path, apiVersion, kind, tree, file, where));
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
        if (!(name instanceof String)
                && !(metadata instanceof Map<?, ?> map && map.get("generateName") instanceof String)) {
            throw new ManifestException(where + ": metadata.name is missing" + (name == null ? "" : " or no text")
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
