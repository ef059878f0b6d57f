// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.GRPCAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for probes and lifecycle hooks. */
final class ProbeValidation {
    private static final String ONE_HANDLER = "may not specify more than 1 handler type";

    private final long gracePeriodSeconds;
    private final FieldErrors errors;

    ProbeValidation(long gracePeriodSeconds, FieldErrors errors) {
        this.gracePeriodSeconds = gracePeriodSeconds;
        this.errors = errors;
    }

    void liveness(@Nullable Probe probe, String path) {
        probe(probe, path);
        oneSuccess(probe, path);
    }

    void readiness(@Nullable Probe probe, String path) {
        probe(probe, path);
        if (probe != null && probe.getTerminationGracePeriodSeconds() != null) {
            errors.invalid(
                    path + ".terminationGracePeriodSeconds",
                    probe.getTerminationGracePeriodSeconds(),
                    "must not be set for readinessProbes");
        }
    }

    void startup(@Nullable Probe probe, String path) {
        probe(probe, path);
        oneSuccess(probe, path);
    }

    private void oneSuccess(@Nullable Probe probe, String path) {
        Integer successes = probe == null ? null : probe.getSuccessThreshold();
        if (successes != null && successes != 1) {
            errors.invalid(path + ".successThreshold", successes, "must be 1");
        }
    }

    private void probe(@Nullable Probe probe, String path) {
        if (probe == null) {
            return;
        }
        int handlers = handlers(probe.getExec(), probe.getHttpGet(), probe.getTcpSocket(), path);
        GRPCAction grpc = probe.getGrpc();
        if (grpc != null) {
            if (handlers++ > 0) {
                errors.forbidden(path + ".grpc", ONE_HANDLER);
            } else {
                ContainerValidation.port(path + ".grpc.port", Objects.requireNonNullElse(grpc.getPort(), 0), errors);
            }
        }
        if (handlers == 0) {
            errors.required(path, "must specify a handler type");
        }
        WorkloadValidation.nonNegative(path + ".initialDelaySeconds", probe.getInitialDelaySeconds(), errors);
        WorkloadValidation.nonNegative(path + ".timeoutSeconds", probe.getTimeoutSeconds(), errors);
        WorkloadValidation.nonNegative(path + ".periodSeconds", probe.getPeriodSeconds(), errors);
        WorkloadValidation.nonNegative(path + ".successThreshold", probe.getSuccessThreshold(), errors);
        WorkloadValidation.nonNegative(path + ".failureThreshold", probe.getFailureThreshold(), errors);
        Long grace = probe.getTerminationGracePeriodSeconds();
        if (grace != null && grace <= 0) {
            errors.invalid(path + ".terminationGracePeriodSeconds", grace, "must be greater than 0");
        }
    }

    void lifecycle(@Nullable Lifecycle lifecycle, String path) {
        if (lifecycle != null) {
            hook(lifecycle.getPostStart(), path + ".postStart");
            hook(lifecycle.getPreStop(), path + ".preStop");
        }
    }

    private void hook(@Nullable LifecycleHandler hook, String path) {
        if (hook == null) {
            return;
        }
        int handlers = handlers(hook.getExec(), hook.getHttpGet(), hook.getTcpSocket(), path);
        if (hook.getSleep() != null) {
            long seconds = Objects.requireNonNullElse(hook.getSleep().getSeconds(), 0L);
            if (handlers++ > 0) {
                errors.forbidden(path + ".sleep", ONE_HANDLER);
            } else if (seconds < 0 || seconds > gracePeriodSeconds) {
                errors.invalid(
                        path + ".sleep",
                        seconds,
                        "must be non-negative and less than terminationGracePeriodSeconds (" + gracePeriodSeconds
                                + ")");
            }
        }
        if (handlers == 0) {
            errors.required(path, "must specify a handler type");
        }
    }

    /** How many handlers there are; only the first is looked at. */
    private int handlers(
            @Nullable ExecAction exec, @Nullable HTTPGetAction get, @Nullable TCPSocketAction tcp, String path) {
        int handlers = 0;
        if (exec != null) {
            handlers++;
            if (exec.getCommand() == null || exec.getCommand().isEmpty()) {
                errors.required(path + ".exec.command");
            }
        }
        if (get != null) {
            if (handlers++ > 0) {
                errors.forbidden(path + ".httpGet", ONE_HANDLER);
            } else {
                get(get, path + ".httpGet");
            }
        }
        if (tcp != null) {
            if (handlers++ > 0) {
                errors.forbidden(path + ".tcpSocket", ONE_HANDLER);
            } else {
                port(tcp.getPort(), path + ".tcpSocket.port");
            }
        }
        return handlers;
    }

    private void get(HTTPGetAction get, String path) {
        port(get.getPort(), path + ".port");
        PodSpecValidation.oneOf(path + ".scheme", get.getScheme(), List.of("HTTP", "HTTPS"), errors);
        if (get.getHttpHeaders() != null) {
            for (HTTPHeader header : get.getHttpHeaders()) {
                String name = Texts.orEmpty(header.getName());
                Names.header(name).forEach(wrong -> errors.invalid(path + ".httpHeaders", name, wrong));
            }
        }
    }

    private void port(@Nullable IntOrString port, String path) {
        String name = port == null ? null : port.getStrVal();
        if (name != null) {
            Names.portName(name).forEach(wrong -> errors.invalid(path, name, wrong));
            return;
        }
        ContainerValidation.port(path, port == null ? 0 : Objects.requireNonNullElse(port.getIntVal(), 0), errors);
    }
}
