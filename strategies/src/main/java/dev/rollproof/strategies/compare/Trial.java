// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.strategies.Driven;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Strategy;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.check.CheckContext;
import dev.rollproof.strategies.check.Measurement;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackPoint;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One rollout by one strategy on one cluster, with users on its Service. For one thread. */
final class Trial {
    /** How long proxies were seen to follow a change of endpoints, and a little more. */
    private static final Duration PROXIES_FOLLOW = Duration.ofSeconds(2);

    private static final Duration BASELINE = Duration.ofSeconds(1);

    private final Fitting fitting;
    private final ComparisonOptions options;
    private final Deployment next;
    private final Cluster cluster;
    private final Time time;
    private final TestBed bed;
    private final ObjectRef ref;
    private final int replicas;
    private @Nullable Instant turnedBack;

    /**
     * @param bad whether the bad version is rolled out, not the new one
     */
    Trial(Fitting fitting, ComparisonOptions options, boolean bad, TestBed bed) {
        this.fitting = fitting;
        this.options = options;
        this.next = bad ? fitting.bad().orElseThrow() : fitting.after();
        this.bed = bed;
        this.cluster = bed.cluster();
        this.time = cluster.time();
        this.ref = new ObjectRef(
                "Deployment",
                next.getMetadata().getNamespace(),
                next.getMetadata().getName());
        this.replicas = Fenceposts.replicas(next);
    }

    Measured run(long seed, List<HasMetadata> others) throws InterruptedException {
        others.forEach(object -> cluster.create(object, WriteOptions.defaults()));
        Front front = fitting.front();
        front.objects().forEach(object -> cluster.create(object, WriteOptions.defaults()));
        cluster.create(fitting.before(), WriteOptions.defaults());
        List<String> images = PodTemplate.from(next.getSpec().getTemplate()).images();
        try (Meter meter = new Meter(cluster, ref.namespace(), front.services(), images, replicas)) {
            if (!time.awaitUntil(time.now().plus(options.timeout()), meter::atRest)) {
                throw new ComparisonException(ref + " does not get its " + replicas + " pods ready within "
                        + options.timeout().toSeconds() + " s with the image that it has now (seed " + seed
                        + "), so there is nothing to compare; see that they fit on the nodes, and what the image does");
            }
            Load load = front.load()
                    .withPerSecond(options.perSecond())
                    .withBaseline(BASELINE)
                    .withLongest(Duration.ofDays(1));
            try (RunningTraffic traffic = bed.traffic().start(load)) {
                return measured(seed, meter, traffic);
            }
        }
    }

    private Measured measured(long seed, Meter meter, RunningTraffic traffic) throws InterruptedException {
        meter.begin();
        Instant changedAt = time.now();
        Strategy strategy = fitting.contender().maker().make(name -> check(name, meter, traffic));
        Verdict verdict = strategy instanceof Driven
                ? Rollout.of(next)
                        .by(strategy)
                        .within(options.timeout())
                        .onProgress(this::hear)
                        .run(cluster)
                : rolled(changedAt, meter, traffic);
        Optional<Instant> decidedAt = Optional.ofNullable(turnedBack);
        time.awaitUntil(time.now().plus(options.timeout()), meter::atRest);
        time.awaitUntil(time.now().plus(PROXIES_FOLLOW), () -> false);
        TrafficReport report = traffic.stop();
        report.whyVoid().ifPresent(why -> {
            throw new ComparisonException(why + " (seed " + seed
                    + "), so nothing that is lost later could be put down to a strategy; see what the old image does");
        });
        Answers answers = Answers.of(report, Duration.ZERO, meter::isNew);
        return new Measured(
                seed,
                verdict.outcome(),
                answers.down(),
                answers.failed(),
                meter.mostPods(),
                meter.leastReady(),
                verdict.isComplete() && decidedAt.isEmpty()
                        ? Optional.of(verdict.evidence().elapsed())
                        : Optional.empty(),
                answers.mixed(),
                answers.met(),
                decidedAt.map(at -> Duration.between(changedAt, at)),
                decidedAt.flatMap(at -> restored(at, meter, report, answers)));
    }

    private static Optional<Duration> restored(Instant decidedAt, Meter meter, TrafficReport report, Answers answers) {
        Instant lastMet = answers.lastMet().map(report.begin()::plus).orElse(decidedAt);
        return meter.oldWholeSince()
                .map(whole -> whole.isBefore(lastMet) ? lastMet : whole)
                .map(back -> back.isBefore(decidedAt) ? decidedAt : back)
                .map(back -> Duration.between(decidedAt, back));
    }

    /**
     * A strategy that the Deployment controller plays: verified and watched for as long as a driven one watches, and rolled back
     * to what was seen complete.
     */
    private Verdict rolled(Instant changedAt, Meter meter, RunningTraffic traffic) throws InterruptedException {
        VerifierOptions verifying = VerifierOptions.defaults().withTimeout(options.timeout());
        RollbackPoint point = Rollback.rollBack().before(cluster, ref);
        Deployment applied = RolloutActions.on(cluster).apply(next);
        Verdict verdict = RolloutVerifier.on(cluster)
                .with(verifying
                        .withTimeout(options.timeout().plus(options.watch()))
                        .withStableFor(options.watch()))
                .verify(applied);
        if (verdict.isComplete()) {
            Answers watched = seen(time.now().minus(options.watch()), meter, traffic);
            verdict = isBad(watched) ? failed(verdict.evidence(), watched) : verdict;
        }
        if (!verdict.isComplete()) {
            turnedBack = changedAt.plus(verdict.evidence().elapsed());
        }
        return point.conclude(verdict, applied, verifying, progress -> {});
    }

    private static Verdict failed(Evidence complete, Answers watched) {
        return new Verdict.Failed(new Evidence(
                complete.workload(),
                complete.generation(),
                complete.elapsed(),
                complete.status(),
                List.of(new Cause("CheckFailed", words(watched), "", "", 0)),
                complete.timeline(),
                complete.unseen()));
    }

    private Check check(String name, Meter meter, RunningTraffic traffic) {
        return Check.measuring(name, context -> measure(context, meter, traffic))
                .initialDelay(options.watch());
    }

    private Measurement measure(CheckContext context, Meter meter, RunningTraffic traffic) {
        Answers since = seen(context.since(), meter, traffic);
        return Measurement.of(!isBad(since), words(since));
    }

    private static String words(Answers answers) {
        return answers.errors() + " of " + answers.met() + " answers of the new version say 500 or more";
    }

    private static Answers seen(Instant since, Meter meter, RunningTraffic traffic) {
        TrafficReport report = traffic.soFar();
        return Answers.of(report, Duration.between(report.begin(), since), meter::isNew);
    }

    private boolean isBad(Answers answers) {
        return answers.errors() > options.errorLimit() * answers.met();
    }

    /** A driven rollout says when it turns back. */
    private void hear(Progress progress) {
        if (turnedBack == null && progress.status().line().startsWith("turning back")) {
            turnedBack = time.now();
        }
    }
}
