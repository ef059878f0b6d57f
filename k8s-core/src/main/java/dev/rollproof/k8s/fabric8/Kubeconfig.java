// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Finds a kubeconfig and opens a client with one of its contexts. */
final class Kubeconfig {
    /** One try, and an answer within this time: whoever verifies a rollout tries again by itself, and says so. */
    private static final int REQUEST_TIMEOUT_MILLIS = 10_000;

    private Kubeconfig() {}

    static KubernetesClient client(Optional<Path> file, Optional<String> context) {
        Config config = config(file, context);
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        config.setRequestRetryBackoffLimit(0);
        try {
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (RuntimeException noTransport) {
            throw new KubeconfigException(
                    "no HTTP transport for fabric8's client is on the class path; add io.fabric8:kubernetes-client with"
                            + " kubernetes-httpclient-jdk (or another transport) as a dependency");
        }
    }

    private static Config config(Optional<Path> chosen, Optional<String> context) {
        List<Path> files = chosen.map(List::of).orElseGet(() -> usualFiles(System.getenv("KUBECONFIG")));
        if (chosen.isEmpty() && files.stream().noneMatch(Files::exists)) {
            if (Files.exists(Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token"))) {
                return new ConfigBuilder().build();
            }
            throw new KubeconfigException("there is no kubeconfig at " + named(files)
                    + "; name one with --kubeconfig or KUBECONFIG, or use the simulated cluster with --cluster sim");
        }
        return config(files, context);
    }

    /** @param files at least one; of several, those that are not there do not count, and of those that are, the first counts most */
    static Config config(List<Path> files, Optional<String> context) {
        List<Path> used =
                files.size() == 1 ? files : files.stream().filter(Files::exists).toList();
        Config config =
                used.size() == 1 ? parse(used.get(0), context.orElse(null)) : parseAll(used, context.orElse(null));
        List<NamedContext> contexts = config.getContexts() == null ? List.of() : config.getContexts();
        List<String> names = contexts.stream().map(NamedContext::getName).toList();
        String said = named(used) + (used.size() == 1 ? " has" : " have");
        if (context.isPresent() && !names.contains(context.get())) {
            throw new KubeconfigException(said + " no context \"" + context.get() + "\"; "
                    + (used.size() == 1 ? "it has " : "they have ")
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
        NamedContext current = config.getCurrentContext();
        if (current == null) {
            String named = currentContext(used);
            throw new KubeconfigException(said
                    + (named.isEmpty()
                            ? " no current context"
                            : " no context \"" + named + "\", which is the current one")
                    + "; choose one with --context"
                    + (names.isEmpty() ? ", but there is none" : ": " + String.join(", ", names)));
        }
        if (current.getContext() != null) {
            // The client goes elsewhere then, or as nobody.
            require(used, current, "cluster", current.getContext().getCluster());
            require(used, current, "user", current.getContext().getUser());
        }
        return config;
    }

    private static void require(List<Path> files, NamedContext context, String kind, @Nullable String name) {
        if (name != null && !name.isEmpty() && !namesIn(files, kind + "s").contains(name)) {
            throw new KubeconfigException(named(files) + (files.size() == 1 ? " has" : " have") + " no " + kind + " \""
                    + name + "\", which context \"" + context.getName()
                    + "\" names; correct the context, or choose another"
                    + " with --context");
        }
    }

    private static String currentContext(List<Path> files) {
        return files.stream()
                .map(file -> tree(file) instanceof Map<?, ?> map && map.get("current-context") instanceof String name
                        ? name
                        : "")
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static List<String> namesIn(List<Path> files, String list) {
        return files.stream()
                .map(Kubeconfig::tree)
                .filter(Map.class::isInstance)
                .map(tree -> ((Map<?, ?>) tree).get(list))
                .filter(List.class::isInstance)
                .flatMap(entries -> ((List<?>) entries).stream())
                .map(entry -> entry instanceof Map<?, ?> map ? String.valueOf(map.get("name")) : "")
                .toList();
    }

    private static String named(List<Path> files) {
        return String.join(", ", files.stream().map(Path::toString).toList());
    }

    /** @param variable what {@code KUBECONFIG} says: one file, or a list of them */
    static List<Path> usualFiles(@Nullable String variable) {
        List<Path> listed = Arrays.stream((variable == null ? "" : variable).split(File.pathSeparator, -1))
                .filter(name -> !name.isBlank())
                .map(Path::of)
                .toList();
        if (!listed.isEmpty()) {
            return listed;
        }
        // Kubernetes' tools go by the variable, Java by the user's entry in the system.
        String home = System.getenv("HOME");
        return List.of(
                Path.of(home != null && !home.isBlank() ? home : System.getProperty("user.home"), ".kube", "config"));
    }

    private static String read(Path file) {
        if (!Files.exists(file)) {
            throw new KubeconfigException("kubeconfig " + file + " does not exist; name one that does");
        }
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new KubeconfigException("kubeconfig " + file + " cannot be read"
                    + (Files.isDirectory(file) ? ": it is a directory" : "; check its permissions"));
        }
    }

    private static @Nullable Object tree(Path file) {
        String text = read(file);
        try {
            return new Load(LoadSettings.builder().setLabel(file.toString()).build()).loadFromString(text);
        } catch (RuntimeException notYaml) {
            throw new KubeconfigException("kubeconfig " + file + " is not valid YAML: "
                    + String.valueOf(notYaml.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static Config parse(Path file, @Nullable String context) {
        if (!(tree(file) instanceof Map<?, ?> map) || !map.containsKey("clusters")) {
            throw new KubeconfigException(
                    "kubeconfig " + file + " is none: it has no clusters; name a file that kubectl can use");
        }
        try {
            return Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException unusable) {
            throw new KubeconfigException("kubeconfig " + file + " cannot be used: " + unusable.getMessage());
        }
    }

    private static Config parseAll(List<Path> files, @Nullable String context) {
        MergedKubeconfig merged = new MergedKubeconfig();
        for (Path file : files) {
            Object tree = tree(file);
            if (tree instanceof Map<?, ?> map) {
                merged.add(file, map);
            } else if (tree != null) {
                throw new KubeconfigException(
                        "kubeconfig " + file + " is none: it has no clusters; take it out of KUBECONFIG");
            }
        }
        if (!merged.hasClusters()) {
            throw new KubeconfigException(
                    "kubeconfig files " + named(files) + " have no clusters; name a file that kubectl can use");
        }
        try {
            return Config.fromKubeconfig(merged.text(context));
        } catch (RuntimeException unusable) {
            throw new KubeconfigException(
                    "kubeconfig files " + named(files) + " cannot be used: " + unusable.getMessage());
        }
    }
}
