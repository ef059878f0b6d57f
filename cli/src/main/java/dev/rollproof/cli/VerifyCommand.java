// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.cli.view.Screen;
import dev.rollproof.cli.view.View;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackPoint;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.RolloutWatches;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.recording.RecordingWriter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof verify}: applies manifests, watches, says the verdict with its cause. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Applies manifests, watches their Deployments, StatefulSets and DaemonSets roll out, and says the verdict with its cause.",
            "All documents are validated by the server before the first is applied."
        })
final class VerifyCommand implements Callable<Integer> {
    enum Target {
        kubeconfig,
        sim
    }

    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Manifests: YAML or JSON files, or folders of them; - for standard input.")
    private List<Path> files = List.of();

    @Mixin
    private Verifying verifying = new Verifying();

    @Option(
            names = "--cluster",
            defaultValue = "kubeconfig",
            paramLabel = "kubeconfig|sim",
            description =
                    "Where: a kubeconfig's cluster, or one that is simulated for this run. Default: ${DEFAULT-VALUE}.")
    private Target target = Target.kubeconfig;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The kubeconfig, if not the usual one.")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "The kubeconfig's context, if not the current one.")
    private @Nullable String context;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "The namespace for manifests that name none.")
    private @Nullable String namespace;

    @Option(names = "--images", paramLabel = "FILE", description = "With --cluster sim: what images do, in YAML.")
    private @Nullable Path images;

    @Option(
            names = "--unknown-images",
            paramLabel = "ready|not-found",
            defaultValue = "ready",
            description = "With --cluster sim: whether images that are not declared are well or cannot be found."
                    + " Default: ${DEFAULT-VALUE}.")
    private String unknownImages = "ready";

    @Option(names = "--record", paramLabel = "FILE", description = "Keep all that is observed, for replay.")
    private @Nullable Path record;

    @Option(
            names = "--allow-overlapping-selectors",
            description = "Go on although a workload's selector also matches the pods of another of its kind.")
    private boolean allowOverlaps;

    @Option(
            names = "--rollback",
            description =
                    "If a Deployment's rollout fails or is not complete in time, go back to the last revision that was seen complete,"
                            + " and verify that. The exit code stays the rollout's.")
    private boolean rollback;

    @Override
    public Integer call() throws InterruptedException {
        Rollproof.Console console = Objects.requireNonNull(parent).console();
        VerifierOptions options = verifying.options();
        if (target == Target.kubeconfig && (images != null || !unknownImages.equals("ready"))) {
            throw new UsageException(
                    "--images and --unknown-images are for --cluster sim; a real cluster has real images");
        }
        if (target == Target.sim && (kubeconfig != null || context != null)) {
            throw new UsageException(
                    "--kubeconfig and --context are for a real cluster; leave them out with --cluster sim");
        }
        List<Manifest> manifests =
                Manifests.read(files, Objects.requireNonNull(parent).console().in());
        if (rollback) {
            refuseToGoBack(manifests);
        }
        View view = Screen.viewOn(
                verifying.json() ? console.err() : console.out(),
                console.terminal() && !verifying.json(),
                console.environment(),
                manifests.stream().filter(Workload::is).count() > 1,
                Duration.ZERO,
                () -> {});
        try (Cluster cluster = connect();
                Recorder recorder = Recorder.to(Optional.ofNullable(record), cluster.time())) {
            RolloutVerifier verifier =
                    RolloutVerifier.on(cluster).with(options).onProgress(view).onChange(recorder::accept);
            String home = namespace != null ? namespace : cluster.defaultNamespace();
            Application application =
                    new Application(cluster, manifests, home, Optional.ofNullable(namespace), allowOverlaps);
            Map<ObjectRef, RollbackPoint> before = new HashMap<>();
            try {
                application.validate();
                if (rollback) {
                    for (ObjectRef workload : application.workloads()) {
                        before.put(workload, Rollback.rollBack().before(cluster, workload));
                    }
                }
            } catch (ClusterException failed) {
                return unreachable(console, application.workloads().get(0), failed);
            }
            try (RolloutWatches watches = verifier.watchAll(application.wanted())) {
                List<HasMetadata> applied;
                try {
                    applied = application.apply();
                } catch (ClusterException failed) {
                    return unreachable(console, application.workloads().get(0), failed);
                }
                return verify(console, applied, before, options, view, watches, recorder);
            }
        }
    }

    /** Before anything is changed: what was seen complete is marked on ReplicaSets, which others have not. */
    private static void refuseToGoBack(List<Manifest> manifests) {
        for (Manifest manifest : manifests) {
            if (Workload.is(manifest) && !(manifest.object() instanceof Deployment)) {
                throw new UsageException("--rollback goes back with Deployments only, and " + manifest.name()
                        + " is none; leave it out, or verify " + manifest.name() + " in a call of its own");
            }
        }
    }

    private Cluster connect() {
        if (target == Target.kubeconfig) {
            return KubernetesCluster.connect(Optional.ofNullable(kubeconfig), Optional.ofNullable(context));
        }
        Images declared = ImagesFile.read(images);
        switch (unknownImages) {
            case "ready" -> {}
            case "not-found" -> declared.unknownAreNotFound();
            default -> throw new UsageException("--unknown-images must be ready or not-found, was " + unknownImages);
        }
        return SimulatedCluster.builder().images(declared).build();
    }

    private Integer unreachable(Rollproof.Console console, ObjectRef workload, ClusterException failed) {
        if (!failed.reason().isTransient()) {
            throw failed;
        }
        Evidence evidence = new Evidence(
                workload,
                0,
                Duration.ZERO,
                String.valueOf(failed.getMessage()),
                List.of(),
                new Timeline(List.of()),
                List.of());
        Verdict verdict = new Verdict.Unreachable(evidence);
        console.out().println(verifying.json() ? JsonVerdict.of(List.of(verdict)) : verdict.summary());
        return ExitCode.UNREACHABLE;
    }

    /** Keeps what is observed, if that was asked for; opened before anything is applied, so that a wrong file costs nothing. */
    private record Recorder(Optional<RecordingWriter> writer) implements AutoCloseable {
        static Recorder to(Optional<Path> file, Time time) {
            return new Recorder(file.map(path -> RecordingWriter.to(path, time)));
        }

        void accept(Change change) {
            writer.ifPresent(open -> open.accept(change));
        }

        void begin(HasMetadata applied) {
            ObservedMetadata metadata = Observed.metadata(applied);
            writer.ifPresent(open -> open.begin(metadata.ref(), metadata.generation()));
        }

        @Override
        public void close() {
            writer.ifPresent(RecordingWriter::close);
        }
    }

    private Integer verify(
            Rollproof.Console console,
            List<HasMetadata> applied,
            Map<ObjectRef, RollbackPoint> before,
            VerifierOptions options,
            View view,
            RolloutWatches watches,
            Recorder recorder)
            throws InterruptedException {
        applied.forEach(recorder::begin);
        List<Verdict> verdicts = watches.verify(applied, (workload, verdict) -> {
            RollbackPoint point = before.get(verdict.evidence().workload());
            Verdict concluded = point != null && workload instanceof Deployment deployment
                    ? point.conclude(verdict, deployment, options, view)
                    : verdict;
            view.finish();
            if (!verifying.json()) {
                console.out().println(concluded.summary());
            }
            return concluded;
        });
        List<Verdict> missed =
                verdicts.stream().filter(verdict -> !verdict.isComplete()).toList();
        if (verifying.json()) {
            console.out().println(JsonVerdict.of(verdicts));
        } else if (verdicts.size() > 1 && !missed.isEmpty()) {
            // Its verdict may stand far above, before those of others that went on.
            console.out()
                    .println((verdicts.size() - missed.size()) + " of " + verdicts.size() + " rolled out, not "
                            + missed.stream()
                                    .map(verdict ->
                                            verdict.evidence().workload().toString())
                                    .collect(Collectors.joining(", ")));
        }
        return missed.stream().findFirst().map(ExitCode::of).orElse(ExitCode.ROLLED_OUT);
    }
}
