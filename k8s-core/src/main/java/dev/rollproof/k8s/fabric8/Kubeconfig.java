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
import java.util.List;
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
        Path file = chosen.orElseGet(Kubeconfig::usualFile);
        if (chosen.isEmpty() && !Files.exists(file)) {
            if (Files.exists(Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token"))) {
                return new ConfigBuilder().build();
            }
            throw new KubeconfigException("there is no kubeconfig at " + file
                    + "; name one with --kubeconfig or KUBECONFIG, or use the simulated cluster with --cluster sim");
        }
        String text = read(file);
        Config config = parse(file, text, context.orElse(null));
        List<NamedContext> contexts = config.getContexts() == null ? List.of() : config.getContexts();
        List<String> names = contexts.stream().map(NamedContext::getName).toList();
        if (context.isPresent() && !names.contains(context.get())) {
            throw new KubeconfigException(file + " has no context \"" + context.get() + "\"; it has "
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
        if (config.getCurrentContext() == null) {
            throw new KubeconfigException(file + " has no current context; choose one with --context"
                    + (names.isEmpty() ? ", but it has none: it may be empty" : ": " + String.join(", ", names)));
        }
        return config;
    }

    private static Path usualFile() {
        String variable = System.getenv("KUBECONFIG");
        if (variable != null && !variable.isBlank()) {
            return Path.of(variable.split(File.pathSeparator, -1)[0]);
        }
        // Kubernetes' tools go by the variable, Java by the user's entry in the system.
        String home = System.getenv("HOME");
        return Path.of(home != null && !home.isBlank() ? home : System.getProperty("user.home"), ".kube", "config");
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

    private static Config parse(Path file, String text, @Nullable String context) {
        Object tree;
        try {
            tree = new Load(LoadSettings.builder().setLabel(file.toString()).build()).loadFromString(text);
        } catch (RuntimeException notYaml) {
            throw new KubeconfigException("kubeconfig " + file + " is not valid YAML: "
                    + String.valueOf(notYaml.getMessage()).lines().findFirst().orElse(""));
        }
        if (!(tree instanceof java.util.Map<?, ?> map) || !map.containsKey("clusters")) {
            throw new KubeconfigException(
                    "kubeconfig " + file + " is none: it has no clusters; name a file that kubectl can use");
        }
        try {
            return Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException unusable) {
            throw new KubeconfigException("kubeconfig " + file + " cannot be used: " + unusable.getMessage());
        }
    }
}
