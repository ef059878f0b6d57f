// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Probe;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Probes containers. What a probe will say is known in advance, so probes are only made as long as they change something
 * or have an event to tell: a pod at rest costs nothing.
 */
final class Probing {
    /** So many events the recorder lets through; later failures are not told. */
    private static final int TOLD = 26;

    private static final long NEVER = Long.MAX_VALUE;

    private final PodWorker worker;
    private final ContainerLife life;

    Probing(PodWorker worker, ContainerLife life) {
        this.worker = worker;
        this.life = life;
    }

    private long now() {
        return worker.api.loop().elapsedNanos();
    }

    /** A container's process has just started. */
    void begin(ContainerRun run) {
        Delay ready = run.behavior.ready();
        long answers = ready == null ? NEVER : now() + worker.timing.draw(ready);
        run.answersFromNanos = answers;
        Probe startup = run.container.getStartupProbe();
        if (startup == null) {
            started(run, answers);
        } else {
            ProbePlan plan = ProbePlan.of(startup, run.container);
            // A process that is never ready has still started.
            long passes = neverAnswered(run, plan) != null ? NEVER : answers == NEVER ? now() : answers;
            probeStartup(run, plan, passes, answers, first(plan, 0), 0);
        }
    }

    /** How a probe goes that asks where nobody listens, whatever the process does; null where it is a matter of the process. */
    private @Nullable String neverAnswered(ContainerRun run, ProbePlan plan) {
        if (plan.port().error() != null) {
            return "errored and resulted in unknown state: " + plan.port().error();
        }
        OptionalInt port = plan.port().number();
        return port.isPresent() && !worker.canListen(run, port.getAsInt())
                ? failed(plan.refused(worker.address()))
                : null;
    }

    private static String failed(String output) {
        return "failed: " + output;
    }

    private long first(ProbePlan plan, long sinceStart) {
        return Math.max(plan.initialNanos() - sinceStart, 0) + worker.timing.draw(Timing.FIRST_PROBE);
    }

    private void later(ContainerRun run, long nanos, Runnable action) {
        int planned = run.run;
        worker.after(nanos, () -> {
            if (run.run == planned && run.running) {
                action.run();
            }
        });
    }

    private void probeStartup(ContainerRun run, ProbePlan plan, long passes, long answers, long in, int failed) {
        later(run, in, () -> {
            if (now() >= passes) {
                started(run, answers);
                return;
            }
            String never = neverAnswered(run, plan);
            tell(run, "Startup", never != null ? never : failed(plan.refused(worker.address())));
            if (failed + 1 >= plan.failures()) {
                life.killUnhealthy(run, "startup", ContainerLife.graceOf(plan.probe()));
            } else {
                probeStartup(run, plan, passes, answers, plan.periodNanos(), failed + 1);
            }
        });
    }

    private void started(ContainerRun run, long answers) {
        run.started(true);
        long since = now() - run.startedNanos;
        Probe readiness = run.container.getReadinessProbe();
        if (readiness == null) {
            run.ready(true);
        } else {
            ProbePlan plan = ProbePlan.of(readiness, run.container);
            probeReadiness(run, plan, neverAnswered(run, plan) == null ? answers : NEVER, first(plan, since), 0, 0);
        }
        Probe liveness = run.container.getLivenessProbe();
        Delay fails = run.behavior.livenessFails();
        ProbePlan plan = liveness == null ? null : ProbePlan.of(liveness, run.container);
        String never = plan == null ? null : neverAnswered(run, plan);
        if (plan != null && (fails != null || never != null)) {
            long from = never != null || fails == null ? now() : run.startedNanos + worker.timing.draw(fails);
            long firstIn = first(plan, since);
            long missed = Math.max(0, from - now() - firstIn + plan.periodNanos() - 1) / plan.periodNanos();
            probeLiveness(run, plan, never, firstIn + missed * plan.periodNanos(), 0);
        }
        if (run.sidecar) {
            worker.initDone(run);
        } else {
            worker.changed();
        }
    }

    private void probeReadiness(ContainerRun run, ProbePlan plan, long answers, long in, int failed, int passed) {
        later(run, in, () -> {
            if (now() >= answers) {
                if (passed + 1 >= plan.successes()) {
                    run.ready(true);
                    worker.changed();
                } else {
                    probeReadiness(run, plan, answers, plan.periodNanos(), failed, passed + 1);
                }
                return;
            }
            String never = neverAnswered(run, plan);
            String unwell = answers == NEVER ? plan.unwell(worker.address(), 503) : plan.refused(worker.address());
            tell(run, "Readiness", never != null ? never : failed(unwell));
            if (failed + 1 < TOLD) {
                probeReadiness(run, plan, answers, plan.periodNanos(), failed + 1, 0);
            } else if (answers != NEVER) {
                long periods = (answers - now() + plan.periodNanos() - 1) / plan.periodNanos();
                probeReadiness(run, plan, answers, Math.max(1, periods) * plan.periodNanos(), failed, 0);
            }
        });
    }

    private void probeLiveness(ContainerRun run, ProbePlan plan, @Nullable String never, long in, int failed) {
        later(run, in, () -> {
            tell(run, "Liveness", never != null ? never : failed(plan.unwell(worker.address(), 500)));
            if (failed + 1 >= plan.failures()) {
                life.killUnhealthy(run, "liveness", graceOf(plan));
            } else {
                probeLiveness(run, plan, never, plan.periodNanos(), failed + 1);
            }
        });
    }

    private static @Nullable Long graceOf(ProbePlan plan) {
        return ContainerLife.graceOf(plan.probe());
    }

    private void tell(ContainerRun run, String probe, String how) {
        worker.warning(run, "Unhealthy", probe + " probe " + how);
    }
}
