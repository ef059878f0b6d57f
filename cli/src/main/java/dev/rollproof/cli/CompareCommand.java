// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.cli.compare.ComparisonJson;
import dev.rollproof.cli.compare.SimulatedBeds;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.kubelet.ImageName;
import dev.rollproof.strategies.compare.Comparison;
import dev.rollproof.strategies.compare.ComparisonException;
import dev.rollproof.strategies.compare.ComparisonOptions;
import dev.rollproof.strategies.compare.ComparisonReport;
import dev.rollproof.strategies.compare.ComparisonTable;
import dev.rollproof.strategies.compare.Contender;
import dev.rollproof.strategies.compare.Scenario;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof compare}: the same change under every strategy, on simulated clusters. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = {
            "Rolls the same change of a Deployment's image out under every strategy, and compares them in one table.",
            "It does so on simulated clusters of many seeds with users on its Service, and says what each costs, and what each"
                    + " does with a version that turns out to be bad. Times are virtual. The same command prints the same table."
        })
final class CompareCommand implements Callable<Integer> {
    enum Output {
        table,
        json
    }

    private static final int MOST_SEEDS = 100_000;

    /** So many still take seconds for a seed, not minutes. */
    private static final int MOST_REPLICAS = 200;

    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Manifests: the Deployment with its present image, and its Service.")
    private List<Path> files = List.of();

    @Option(names = "--image", required = true, paramLabel = "IMAGE", description = "The image to roll out.")
    private String image = "";

    @Option(
            names = "--container",
            paramLabel = "NAME",
            description = "The container that gets it, if there are several.")
    private @Nullable String container;

    @Option(names = "--deployment", paramLabel = "NAME", description = "Which Deployment, if there are several.")
    private @Nullable String deployment;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The Service that users ask. Default: the first that selects the pods.")
    private @Nullable String service;

    @Option(names = "--replicas", paramLabel = "N", description = "Another number of pods than the manifest's.")
    private @Nullable Integer replicas;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            defaultValue = "default",
            description = "The namespace for manifests that name none. Default: ${DEFAULT-VALUE}.")
    private String namespace = "default";

    @Option(names = "--images", paramLabel = "FILE", description = "What images do, in YAML.")
    private @Nullable Path images;

    @Option(
            names = "--bad",
            split = ",",
            paramLabel = "WORD=VALUE",
            mapFallbackValue = "true",
            description = {
                "What is wrong with the bad version, in the words of --images, such as neverReady, crashAfter=8s or",
                "failsRequests=0.1; it is the new image otherwise. none: try no bad version. Default: failsRequests=0.5."
            })
    private Map<String, String> bad = Map.of();

    @Option(names = "--bad-image", paramLabel = "IMAGE", description = "A bad image that --images declares, instead.")
    private @Nullable String badImage;

    @Option(
            names = "--weights",
            split = ",",
            paramLabel = "PERCENT",
            defaultValue = "25,50",
            description = "The canary's. Default: ${DEFAULT-VALUE}.")
    private int[] weights = {25, 50};

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many clusters each strategy is tried on. Default: ${DEFAULT-VALUE}.")
    private int seeds = 100;

    @Option(
            names = "--seed",
            paramLabel = "FIRST",
            defaultValue = "1",
            description = "The first seed; with --seeds 1 to look at one again. Default: ${DEFAULT-VALUE}.")
    private long firstSeed = 1;

    @Option(
            names = "--traffic",
            paramLabel = "RATE",
            defaultValue = "20",
            description = "Requests a second on new connections, and as many on kept ones. Default: ${DEFAULT-VALUE}.")
    private double traffic = 20;

    @Option(
            names = "--watch",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long a strategy watches the new version before it trusts it. Default: ${DEFAULT-VALUE}.")
    private Duration watch = Duration.ofSeconds(5);

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long a rollout, or one move of it, may take. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(60);

    @Option(names = "--nodes", paramLabel = "N", description = "Nodes of 8 CPUs and 16 GiB. Default: enough of them.")
    private @Nullable Integer nodes;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "table|json",
            description = "What to print: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Output output = Output.table;

    @Override
    public Integer call() throws InterruptedException {
        ComparisonOptions options = options();
        checkName("--image", image);
        if (badImage != null) {
            checkName("--bad-image", badImage);
        }
        Images declared = ImagesFile.read(images);
        Optional<BadVersion> badVersion = BadVersion.of(image, bad, Optional.ofNullable(badImage), declared);
        ComparedManifests manifests = ComparedManifests.of(
                Manifests.read(files, Objects.requireNonNull(parent).console().in()),
                namespace,
                deployment,
                service,
                declared);
        if (replicas != null) {
            manifests = manifests.withReplicas(replicas);
        }
        Scenario scenario = scenario(manifests, badVersion);
        badVersion.ifPresent(version -> declared.declare(version.image(), version.behavior()));
        int enough = nodes == null ? SimulatedBeds.nodesFor(scenario) : nodes;
        ComparisonReport report;
        try {
            report = Comparison.of(scenario)
                    .with(options)
                    .among(Contender.all(scenario, options, weights))
                    .seeds(firstSeed, seeds)
                    .run(new SimulatedBeds(declared, enough));
        } catch (ComparisonException nothing) {
            throw new UsageException(String.valueOf(nothing.getMessage()), nothing);
        }
        print(report, manifests);
        return ExitCode.ROLLED_OUT;
    }

    private ComparisonOptions options() {
        if (seeds < 1 || seeds > MOST_SEEDS) {
            throw new UsageException("--seeds must be from 1 to " + MOST_SEEDS + ", was " + seeds);
        }
        if (replicas != null && replicas < 1) {
            throw new UsageException("--replicas must be at least 1, was " + replicas);
        }
        if (nodes != null && nodes < 1) {
            throw new UsageException("--nodes must be at least 1, was " + nodes);
        }
        if (!(traffic >= 1 && traffic <= 1000)) {
            throw new UsageException("--traffic must be from 1 to 1000 requests a second, was " + traffic);
        }
        if (watch.isZero() || timeout.isZero()) {
            throw new UsageException(
                    (watch.isZero() ? "--watch" : "--timeout") + " must be longer than nothing, such as 5s");
        }
        for (int weight : weights) {
            if (weight < 1 || weight > 99) {
                throw new UsageException("--weights must be from 1 to 99 percent, was " + weight);
            }
        }
        for (int i = 1; i < weights.length; i++) {
            if (weights[i] <= weights[i - 1]) {
                throw new UsageException("--weights must grow, was " + weights[i] + " after " + weights[i - 1]);
            }
        }
        return ComparisonOptions.defaults()
                .withWatch(watch)
                .withTimeout(timeout)
                .withPerSecond(traffic);
    }

    private static void checkName(String option, String image) {
        ImageName.problemOf(image).ifPresent(problem -> {
            throw new UsageException(
                    option + " \"" + image + "\" names no image (" + problem + "); write it like clock:1.2");
        });
    }

    private Scenario scenario(ComparedManifests manifests, Optional<BadVersion> badVersion) {
        if (Fenceposts.replicas(manifests.deployment()) < 1) {
            throw new UsageException("Deployment/"
                    + manifests.deployment().getMetadata().getName()
                    + " has 0 replicas, so there is nothing to roll out; give it some by --replicas");
        }
        if (Fenceposts.replicas(manifests.deployment()) > MOST_REPLICAS) {
            throw new UsageException("Deployment/"
                    + manifests.deployment().getMetadata().getName() + " has "
                    + Fenceposts.replicas(manifests.deployment()) + " replicas, and " + MOST_REPLICAS
                    + " can be compared; give it fewer by --replicas");
        }
        Scenario scenario;
        try {
            scenario = Scenario.of(manifests.deployment(), Optional.ofNullable(container), image);
        } catch (IllegalArgumentException unclear) {
            throw new UsageException((container == null ? "--image " + image : "--container " + container) + ": "
                    + unclear.getMessage());
        }
        Scenario behind =
                manifests.service().map(scenario::behind).orElse(scenario).with(manifests.others());
        return badVersion
                .map(version -> behind.withBadImage(version.image(), version.inWords()))
                .orElse(behind);
    }

    private void print(ComparisonReport report, ComparedManifests manifests) {
        PrintStream out = Objects.requireNonNull(parent).console().out();
        if (output == Output.json) {
            out.println(ComparisonJson.of(report));
            return;
        }
        ComparisonTable.of(report).forEach(out::println);
        if (manifests.service().isEmpty()) {
            out.println("no Service among the manifests selects the pods, so users asked one that was added");
        }
        if (!manifests.leftOut().isEmpty()) {
            out.println("played no part: " + manifests.leftOut().stream().collect(Collectors.joining(", ")));
        }
    }
}
