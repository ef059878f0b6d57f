// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.ManifestException;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.compare.Scenario;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The manifests of a comparison: the one Deployment that is rolled out, the Service in front of it, and what its pods need. All
 * of them are validated as the server does it.
 *
 * @param service the Service that is asked; empty where none selects the Deployment's pods
 * @param others in the order in which they are to be created
 * @param leftOut the names of those that play no part
 */
record ComparedManifests(
        Deployment deployment, Optional<Service> service, List<HasMetadata> others, List<String> leftOut) {
    /** What pods may need to start. */
    private static final Set<String> NEEDED =
            Set.of("Namespace", "ServiceAccount", "ConfigMap", "Secret", "ResourceQuota", "Service");

    /**
     * @param home the namespace for objects that name none
     * @param name of the Deployment; null where there is only one
     * @param serviceName of the Service; null for the first that selects the pods
     * @param images what images do, as far as manifests are validated by it
     * @throws ManifestException if something is wrong with them, with file and line
     */
    static ComparedManifests of(
            List<Manifest> given, String home, @Nullable String name, @Nullable String serviceName, Images images) {
        Manifest chosen = deployment(given, name);
        List<Manifest> taken = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (Manifest manifest : given) {
            if (manifest == chosen || NEEDED.contains(manifest.object().getKind())) {
                taken.add(manifest);
            } else {
                leftOut.add(manifest.name());
            }
        }
        validate(taken, home, images);
        Deployment deployment = (Deployment) chosen.object();
        List<Service> services = taken.stream()
                .map(Manifest::object)
                .filter(Service.class::isInstance)
                .map(Service.class::cast)
                .filter(s -> s.getMetadata()
                        .getNamespace()
                        .equals(deployment.getMetadata().getNamespace()))
                .toList();
        Optional<Service> service = service(services, deployment, serviceName);
        List<HasMetadata> others = new ArrayList<>();
        String namespace = deployment.getMetadata().getNamespace();
        boolean has = namespace.equals("default")
                || taken.stream()
                        .anyMatch(m -> m.object() instanceof Namespace
                                && namespace.equals(m.object().getMetadata().getName()));
        if (!has) {
            others.add(namespace(namespace));
        }
        for (boolean first : new boolean[] {true, false}) {
            taken.stream()
                    .filter(m -> m != chosen && first == (m.object() instanceof Namespace))
                    .map(Manifest::object)
                    .filter(object -> service.filter(s -> s == object).isEmpty())
                    .forEach(others::add);
        }
        return new ComparedManifests(deployment, service, List.copyOf(others), List.copyOf(leftOut));
    }

    private static Manifest deployment(List<Manifest> given, @Nullable String name) {
        List<Manifest> all = given.stream()
                .filter(m -> m.object() instanceof Deployment)
                .filter(m ->
                        name == null || name.equals(m.object().getMetadata().getName()))
                .toList();
        if (all.isEmpty()) {
            throw new ManifestException(given.get(0).file() + ": there is no Deployment"
                    + (name == null ? "" : "/" + name)
                    + " in the manifests, so there is nothing to compare; name the file that has it");
        }
        Set<String> names = all.stream().map(Manifest::name).collect(Collectors.toCollection(java.util.TreeSet::new));
        if (names.size() > 1) {
            throw new UsageException("there are several Deployments in the manifests, " + String.join(", ", names)
                    + "; say which one to roll out by --deployment");
        }
        return all.get(0);
    }

    private static Optional<Service> service(List<Service> services, Deployment deployment, @Nullable String name) {
        if (name == null) {
            return services.stream()
                    .filter(s -> Scenario.selects(s, deployment))
                    .findFirst();
        }
        Service named = services.stream()
                .filter(s -> name.equals(s.getMetadata().getName()))
                .findFirst()
                .orElseThrow(() -> new UsageException("--service " + name
                        + ": there is no such Service among the manifests; name the file that has it"));
        if (!Scenario.selects(named, deployment)) {
            throw new UsageException("--service " + name + ": it does not select the pods of Deployment/"
                    + deployment.getMetadata().getName() + "; name one that does");
        }
        return Optional.of(named);
    }

    /** As the server would, with the namespaces there that would have to be. */
    private static void validate(List<Manifest> manifests, String home, Images images) {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().images(new Images().addAll(images)).build()) {
            Application application = new Application(cluster, manifests, home, Optional.empty(), true);
            manifests.stream()
                    .map(m -> m.object().getMetadata().getNamespace())
                    .filter(namespace -> namespace != null
                            && cluster.get(Namespace.class, "", namespace).isEmpty())
                    .distinct()
                    .toList()
                    .forEach(namespace -> cluster.create(namespace(namespace), WriteOptions.defaults()));
            application.validate();
        }
    }

    private static Namespace namespace(String name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .build();
    }

    /** With another size. */
    ComparedManifests withReplicas(int replicas) {
        Deployment sized = Models.copy(deployment);
        sized.getSpec().setReplicas(replicas);
        return new ComparedManifests(sized, service, others, leftOut);
    }
}
