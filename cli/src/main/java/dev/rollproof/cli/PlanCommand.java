// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.ManifestException;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.NamespaceRules;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.strategies.plan.PlanTable;
import dev.rollproof.strategies.plan.Range;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** {@code rollproof plan}: says what a rollout will be like, and changes nothing. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Says what the rollout of a Deployment will be like, and changes nothing.",
            "That is a likely way, bounds for every way, and warnings. What is there now is read from --against or --current;"
                    + " without them it is taken to be the same Deployment with other images.",
            "--against lists Deployments, and, where it may, the resourcequotas, limitranges and replicasets of the namespace,"
                    + " nodes, all pods, and priorityclasses where a quota is about them; a warning names what it may not."
        })
final class PlanCommand implements Callable<Integer> {
    /** Stands for an image that is not known. */
    private static final String WHATEVER = "whatever-is-there:now";

    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Manifests: YAML or JSON files, or folders of them; - for standard input.")
    private List<Path> files = List.of();

    @Option(names = "--current", paramLabel = "FILE", description = "Manifests of what is there now.")
    private @Nullable Path current;

    @Option(
            names = "--against",
            paramLabel = "KUBECONFIG",
            description = "Compare with what is in this cluster: Deployments, quotas, LimitRanges, nodes.")
    private @Nullable Path against;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "With --against: the context, if not the current one.")
    private @Nullable String context;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "The namespace for manifests that name none.")
    private @Nullable String namespace;

    @Option(
            names = "--start",
            paramLabel = "LEAST..MOST",
            defaultValue = "500ms..5s",
            description = "How long a pod takes until it runs; default ${DEFAULT-VALUE}.")
    private String start = "500ms..5s";

    @Option(
            names = "--stop",
            paramLabel = "LEAST..MOST",
            description = "How long a pod takes to go; default up to its grace period.")
    private @Nullable String stop;

    @Override
    public Integer call() {
        if (current != null && against != null) {
            throw new UsageException("--current and --against both say what is there now; give one of them");
        }
        if (context != null && against == null) {
            throw new UsageException("--context is for --against; leave it out, or say which kubeconfig it is in");
        }
        Assumptions assumptions = Assumptions.defaults().withStart(range("--start", start));
        if (stop != null) {
            assumptions = assumptions.withStop(range("--stop", stop));
        }
        List<Manifest> given =
                Manifests.read(files, Objects.requireNonNull(parent).console().in());
        List<Deployment> wanted = deployments(given);
        String note = Unplanned.note(given);
        if (wanted.isEmpty()) {
            throw new ManifestException("there is no Deployment in " + files.get(0)
                    + (files.size() > 1 ? " and the others" : "") + ", so there is nothing to plan"
                    + (note.isEmpty() ? "" : " (" + note + ")"));
        }
        List<Manifest> there = current == null
                ? List.of()
                : Manifests.read(
                        List.of(current),
                        Objects.requireNonNull(parent).console().in());
        List<Manifest> all = new ArrayList<>(given);
        all.addAll(there);
        refuseWhatServersRefuse(all);
        if (!note.isEmpty()) {
            Objects.requireNonNull(parent).console().err().println("note: " + note);
        }
        List<List<String>> tables = against == null
                ? fromFiles(deployments(there), wanted, assumptions)
                : fromCluster(against, wanted, assumptions);
        var out = Objects.requireNonNull(parent).console().out();
        for (int i = 0; i < tables.size(); i++) {
            if (i > 0) {
                out.println();
            }
            tables.get(i).forEach(out::println);
        }
        return ExitCode.ROLLED_OUT;
    }

    /** What cannot be stored has no plan. Namespaces do not matter: none of them has to be there yet. */
    private static void refuseWhatServersRefuse(List<Manifest> manifests) {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            for (Manifest manifest : manifests) {
                if (manifest.object() instanceof Deployment deployment) {
                    Deployment copy = Models.copy(deployment);
                    copy.getMetadata().setNamespace(cluster.defaultNamespace());
                    try {
                        cluster.create(copy, WriteOptions.defaults().withDryRun());
                    } catch (ClusterException refused) {
                        throw new ManifestException(manifest.explain(refused));
                    }
                    refuseWhatHasNoPlan(manifest, deployment);
                }
            }
        }
    }

    private static void refuseWhatHasNoPlan(Manifest manifest, Deployment deployment) {
        try {
            Plan unused = Plan.of(Optional.empty(), deployment, Assumptions.defaults());
        } catch (IllegalArgumentException tooMuch) {
            throw new ManifestException(manifest.whereIs("spec.replicas") + ": " + tooMuch.getMessage());
        }
    }

    private List<List<String>> fromFiles(List<Deployment> there, List<Deployment> wanted, Assumptions assumptions) {
        List<Deployment> others = new ArrayList<>(wanted);
        others.addAll(there);
        List<List<String>> tables = new ArrayList<>();
        for (Deployment next : wanted) {
            Optional<Deployment> now = current == null ? Optional.of(withOtherImages(next)) : named(there, next);
            tables.add(PlanTable.of(Plan.of(now, next, assumptions.withOthers(others))));
        }
        return tables;
    }

    private List<List<String>> fromCluster(Path kubeconfig, List<Deployment> wanted, Assumptions assumptions) {
        try (KubernetesCluster cluster =
                KubernetesCluster.connect(Optional.of(kubeconfig), Optional.ofNullable(context))) {
            List<List<String>> tables = new ArrayList<>();
            for (Deployment next : wanted) {
                String home = Optional.ofNullable(next.getMetadata().getNamespace())
                        .or(() -> Optional.ofNullable(namespace))
                        .orElseGet(cluster::defaultNamespace);
                tables.add(PlanTable.of(against(cluster, home, next, assumptions)));
            }
            return tables;
        }
    }

    /** With what is there, the quotas and LimitRanges of its namespace, and the room on the nodes. */
    static Plan against(Cluster cluster, String home, Deployment next, Assumptions assumptions) {
        List<Deployment> there = cluster.list(Query.of(Deployment.class).inNamespace(home));
        Optional<Deployment> now = named(there, next);
        Assumptions known = assumptions.withOthers(there);
        Visible visible = new Visible(cluster);
        NamespaceRules rules = RulesOfNamespace.of(visible, home);
        known = known.withRules(rules);
        known = NodesRoom.of(
                        visible,
                        home,
                        now,
                        next.getSpec().getTemplate(),
                        rules.admitted(next.getSpec().getTemplate().getSpec()))
                .map(known::withNodes)
                .orElse(known);
        return Plan.of(now, next, known.withUnseen(visible.unseen()));
    }

    private static Optional<Deployment> named(List<Deployment> deployments, Deployment like) {
        return deployments.stream()
                .filter(d -> d.getMetadata().getName().equals(like.getMetadata().getName()))
                .findFirst();
    }

    private static Deployment withOtherImages(Deployment next) {
        Deployment other = Models.copy(next);
        other.getSpec().getTemplate().getSpec().getContainers().forEach(container -> container.setImage(WHATEVER));
        return other;
    }

    private static List<Deployment> deployments(List<Manifest> manifests) {
        return manifests.stream()
                .map(Manifest::object)
                .filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .toList();
    }

    private static Range range(String flag, String text) {
        String[] ends = text.split("\\.\\.", -1);
        try {
            DurationConverter converter = new DurationConverter();
            Duration least = converter.convert(ends[0]);
            return Range.of(least, ends.length == 1 ? least : converter.convert(ends[1]));
        } catch (TypeConversionException | IllegalArgumentException invalid) {
            throw new UsageException(
                    flag + " " + text + ": give a duration, or the least and the most, such as 1s..5s");
        }
    }
}
