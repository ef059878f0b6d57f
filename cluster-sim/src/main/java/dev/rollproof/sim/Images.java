// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.sim.api.validation.FieldErrors;
import dev.rollproof.sim.kubelet.ContainerBehavior;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * What the images of a simulated cluster do. An image is looked up by its full name, then by its repository with any tag
 * ({@code clock:*}); annotations on the pod template change what is found. An image that nobody declared behaves well,
 * unless {@link #unknownAreNotFound()} was asked for.
 *
 * <p>Annotations are the words of the file with hyphens, such as {@code sim.rollproof.dev/ready-after: 2s}; with a
 * container's name in front ({@code sim.rollproof.dev/web.ready-after}) they count for that container only.
 *
 * <p>Not thread-safe: declare images before the cluster runs, or under its lock.
 */
public final class Images {
    /** What annotations that change a behaviour begin with. */
    public static final String ANNOTATION_PREFIX = "sim.rollproof.dev/";

    private final Map<String, ImageBehavior> byName = new TreeMap<>();
    private final Map<String, ImageBehavior> resolved = new HashMap<>();
    private boolean unknownAreNotFound;

    /** Says what an image does; {@code clock:*} stands for all tags of a repository. A later word replaces an earlier one. */
    public Images declare(String image, ImageBehavior behavior) {
        Objects.requireNonNull(behavior, "behavior");
        if (image.isBlank()) {
            throw new IllegalArgumentException("an image has a name");
        }
        byName.put(image, behavior);
        resolved.clear();
        return this;
    }

    /** From now on, images that nobody declared are not in their registry. */
    public Images unknownAreNotFound() {
        unknownAreNotFound = true;
        resolved.clear();
        return this;
    }

    /** Takes over all that others declare. */
    public Images addAll(Images others) {
        byName.putAll(others.byName);
        unknownAreNotFound |= others.unknownAreNotFound;
        resolved.clear();
        return this;
    }

    /** Whether somebody said what an image does, by its name or for all tags of its repository. */
    public boolean isDeclared(String image) {
        return byName.containsKey(image) || byName.containsKey(anyTagOf(image));
    }

    /** What an image does. */
    public ImageBehavior of(String image) {
        return resolved.computeIfAbsent(image, this::resolve);
    }

    private static String anyTagOf(String image) {
        int slash = image.lastIndexOf('/');
        int end = image.indexOf('@', slash + 1);
        if (end < 0) {
            end = image.indexOf(':', slash + 1);
        }
        return (end < 0 ? image : image.substring(0, end)) + ":*";
    }

    private ImageBehavior resolve(String image) {
        ImageBehavior declared = byName.get(image);
        if (declared == null) {
            declared = byName.get(anyTagOf(image));
        }
        if (declared == null) {
            declared = unknownAreNotFound ? ImageBehavior.wellBehaved().notFound() : ImageBehavior.wellBehaved();
        }
        return declared.forImage(image);
    }

    /** What a container of a pod does: its image's behaviour, changed by the pod's annotations. Unknown words are passed over. */
    public ContainerBehavior of(Pod pod, Container container) {
        ImageBehavior behavior = of(container.getImage());
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        if (annotations == null || annotations.isEmpty()) {
            return behavior;
        }
        for (boolean own : new boolean[] {false, true}) {
            for (Map.Entry<String, String> annotation : new TreeMap<>(annotations).entrySet()) {
                Optional<String> word = word(annotation.getKey(), own ? container.getName() + "." : "");
                if (word.isPresent()) {
                    behavior = changed(behavior, word.get(), annotation.getValue());
                }
            }
        }
        return behavior.forImage(container.getImage());
    }

    private static Optional<String> word(String key, String container) {
        String prefix = ANNOTATION_PREFIX + container;
        return key.startsWith(prefix) && key.indexOf('.', prefix.length()) < 0
                ? Optional.of(BehaviorWords.fromAnnotation(key.substring(prefix.length())))
                        .filter(BehaviorWords.all()::contains)
                : Optional.empty();
    }

    private static ImageBehavior changed(ImageBehavior behavior, String word, String value) {
        try {
            return BehaviorWords.apply(behavior, word, value.trim());
        } catch (IllegalArgumentException unreadable) {
            // A pod has nobody to tell it to; what a client writes is checked before it gets here.
            return behavior.cannotBePulled("annotation " + ANNOTATION_PREFIX + word + ": " + unreadable.getMessage());
        }
    }

    /** Refuses annotations of pods and pod templates whose words there are, but whose values cannot be. */
    static void validate(HasMetadata object, FieldErrors errors) {
        if (object instanceof Deployment deployment && deployment.getSpec() != null) {
            validate(deployment.getSpec().getTemplate(), errors);
        } else if (object instanceof ReplicaSet set && set.getSpec() != null) {
            validate(set.getSpec().getTemplate(), errors);
        } else if (object instanceof Pod pod) {
            validate(pod.getMetadata(), "metadata", errors);
        }
    }

    private static void validate(@Nullable PodTemplateSpec template, FieldErrors errors) {
        if (template != null) {
            validate(template.getMetadata(), "spec.template.metadata", errors);
        }
    }

    private static void validate(@Nullable ObjectMeta metadata, String path, FieldErrors errors) {
        if (metadata == null || metadata.getAnnotations() == null) {
            return;
        }
        new TreeMap<>(metadata.getAnnotations()).forEach((key, value) -> {
            String container = key.startsWith(ANNOTATION_PREFIX) && key.lastIndexOf('.') >= ANNOTATION_PREFIX.length()
                    ? key.substring(ANNOTATION_PREFIX.length(), key.lastIndexOf('.') + 1)
                    : "";
            word(key, container).ifPresent(word -> {
                try {
                    BehaviorWords.apply(ImageBehavior.wellBehaved(), word, value.trim());
                } catch (IllegalArgumentException unreadable) {
                    errors.invalid(path + ".annotations[" + key + "]", value, String.valueOf(unreadable.getMessage()));
                }
            });
        });
    }

    /**
     * Reads declarations:
     *
     * <pre>
     * images:
     *   clock:1.2: {readyAfter: 2s}
     *   clock:broken: {crashAfter: 1s..2s, exitCode: 1}
     * unknownImages: notFound
     * </pre>
     *
     * @param source what to call the text in messages, such as the file's name
     * @throws IllegalArgumentException one sentence that names the source, the line and what to do
     */
    public static Images fromYaml(String text, String source) {
        Node root;
        try {
            root = new Compose(LoadSettings.builder().setLabel(source).build())
                    .composeString(text)
                    .orElse(null);
        } catch (MarkedYamlEngineException broken) {
            int line = broken.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new IllegalArgumentException(
                    source + ", line " + line + ": this is not YAML (" + broken.getProblem() + "); correct it", broken);
        } catch (YamlEngineException broken) {
            throw new IllegalArgumentException(
                    source + ": this is not YAML (" + broken.getMessage() + "); correct it", broken);
        }
        Images images = new Images();
        if (root == null) {
            return images;
        }
        for (NodeTuple entry : entries(root, source, "the file", "images: and, below it, one line per image")) {
            String key = scalar(entry.getKeyNode(), source, "a key");
            switch (key) {
                case "images" -> images.read(entry.getValueNode(), source);
                case "unknownImages" -> images.readUnknown(entry.getValueNode(), source);
                default ->
                    throw wrong(source, entry.getKeyNode(), "unknown key \"" + key + "\"; use images or unknownImages");
            }
        }
        return images;
    }

    private void readUnknown(Node node, String source) {
        String value = scalar(node, source, "unknownImages");
        switch (value) {
            case "notFound" -> unknownAreNotFound();
            case "wellBehaved" -> unknownAreNotFound = false;
            default -> throw wrong(source, node, "unknownImages is \"" + value + "\"; use notFound or wellBehaved");
        }
    }

    private void read(Node node, String source) {
        for (NodeTuple entry :
                entries(node, source, "images", "one line per image, such as clock:1.2: {readyAfter: 2s}")) {
            String image = scalar(entry.getKeyNode(), source, "an image's name");
            if (byName.containsKey(image)) {
                throw wrong(source, entry.getKeyNode(), "image \"" + image + "\" is declared twice; remove one");
            }
            ImageBehavior behavior = ImageBehavior.wellBehaved();
            Node words = entry.getValueNode();
            boolean empty =
                    words instanceof ScalarNode scalar && scalar.getValue().isBlank();
            if (!empty) {
                for (NodeTuple word :
                        entries(words, source, "image \"" + image + "\"", "its behaviour, such as {readyAfter: 2s}")) {
                    String name = scalar(word.getKeyNode(), source, "a word");
                    String value = scalar(word.getValueNode(), source, name);
                    try {
                        behavior = BehaviorWords.apply(behavior, name, value);
                    } catch (IllegalArgumentException unreadable) {
                        throw wrong(
                                source,
                                word.getKeyNode(),
                                "images." + image + "." + name + ": " + unreadable.getMessage());
                    }
                }
            }
            declare(image, behavior);
        }
    }

    private static List<NodeTuple> entries(Node node, String source, String what, String wanted) {
        if (node instanceof MappingNode mapping) {
            return mapping.getValue();
        }
        throw wrong(source, node, what + " must hold keys and values; write " + wanted);
    }

    private static String scalar(Node node, String source, String what) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw wrong(source, node, what + " must be a single value");
    }

    private static IllegalArgumentException wrong(String source, Node node, String message) {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        return new IllegalArgumentException(String.format(Locale.ROOT, "%s, line %d: %s", source, line, message));
    }

    @Override
    public String toString() {
        return "images " + byName.keySet() + (unknownAreNotFound ? ", no others" : "");
    }
}
