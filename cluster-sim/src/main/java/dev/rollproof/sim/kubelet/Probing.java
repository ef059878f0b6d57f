// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Probe;
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
            ProbePlan plan = ProbePlan.of(startup);
            // A process that is never ready has still started.
            probeStartup(run, plan, answers == NEVER ? now() : answers, answers, first(plan, 0), 0);
        }
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
            tell(run, "Startup", plan.refused(worker.address()));
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
            ProbePlan plan = ProbePlan.of(readiness);
            probeReadiness(run, plan, answers, first(plan, since), 0, 0);
        }
        Probe liveness = run.container.getLivenessProbe();
        Delay fails = run.behavior.livenessFails();
        if (liveness != null && fails != null) {
            ProbePlan plan = ProbePlan.of(liveness);
            long from = run.startedNanos + worker.timing.draw(fails);
            long firstIn = first(plan, since);
            long missed = Math.max(0, from - now() - firstIn + plan.periodNanos() - 1) / plan.periodNanos();
            probeLiveness(run, plan, firstIn + missed * plan.periodNanos(), 0);
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
            tell(
                    run,
                    "Readiness",
                    answers == NEVER ? plan.unwell(worker.address(), 503) : plan.refused(worker.address()));
            if (failed + 1 < TOLD) {
                probeReadiness(run, plan, answers, plan.periodNanos(), failed + 1, 0);
            } else if (answers != NEVER) {
                long periods = (answers - now() + plan.periodNanos() - 1) / plan.periodNanos();
                probeReadiness(run, plan, answers, Math.max(1, periods) * plan.periodNanos(), failed, 0);
            }
        });
    }

    private void probeLiveness(ContainerRun run, ProbePlan plan, long in, int failed) {
        later(run, in, () -> {
            tell(run, "Liveness", plan.unwell(worker.address(), 500));
            if (failed + 1 >= plan.failures()) {
                life.killUnhealthy(run, "liveness", graceOf(plan));
            } else {
                probeLiveness(run, plan, plan.periodNanos(), failed + 1);
            }
        });
    }

    private static @Nullable Long graceOf(ProbePlan plan) {
        return ContainerLife.graceOf(plan.probe());
    }

    private void tell(ContainerRun run, String probe, String output) {
        worker.warning(run, "Unhealthy", probe + " probe failed: " + output);
    }
}
