// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
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

    void probe(@Nullable Probe probe, String path, boolean oneSuccessOnly) {
        if (probe == null) {
            return;
        }
        int handlers = handlers(probe.getExec(), probe.getHttpGet(), path, 0);
        if (probe.getTcpSocket() != null) {
            handlers = another(path + ".tcpSocket", handlers);
            port(probe.getTcpSocket().getPort(), path + ".tcpSocket.port");
        }
        if (probe.getGrpc() != null) {
            handlers = another(path + ".grpc", handlers);
        }
        if (handlers == 0) {
            errors.required(path, "must specify a handler type");
        }
        nonNegative(path + ".initialDelaySeconds", probe.getInitialDelaySeconds());
        nonNegative(path + ".timeoutSeconds", probe.getTimeoutSeconds());
        nonNegative(path + ".periodSeconds", probe.getPeriodSeconds());
        nonNegative(path + ".successThreshold", probe.getSuccessThreshold());
        nonNegative(path + ".failureThreshold", probe.getFailureThreshold());
        Integer successes = probe.getSuccessThreshold();
        if (oneSuccessOnly && successes != null && successes != 1) {
            errors.invalid(path + ".successThreshold", successes, "must be 1");
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
        int handlers = handlers(hook.getExec(), hook.getHttpGet(), path, 0);
        if (hook.getTcpSocket() != null) {
            handlers = another(path + ".tcpSocket", handlers);
            port(hook.getTcpSocket().getPort(), path + ".tcpSocket.port");
        }
        if (hook.getSleep() != null) {
            handlers = another(path + ".sleep", handlers);
            long seconds = Objects.requireNonNullElse(hook.getSleep().getSeconds(), 0L);
            if (seconds < 0 || seconds > gracePeriodSeconds) {
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

    private int handlers(@Nullable ExecAction exec, @Nullable HTTPGetAction get, String path, int before) {
        int handlers = before;
        if (exec != null) {
            handlers = another(path + ".exec", handlers);
            if (exec.getCommand() == null || exec.getCommand().isEmpty()) {
                errors.required(path + ".exec.command");
            }
        }
        if (get != null) {
            handlers = another(path + ".httpGet", handlers);
            if (handlers == 1) {
                port(get.getPort(), path + ".httpGet.port");
                PodSpecValidation.oneOf(path + ".httpGet.scheme", get.getScheme(), List.of("HTTP", "HTTPS"), errors);
            }
        }
        return handlers;
    }

    private int another(String path, int before) {
        if (before > 0) {
            errors.forbidden(path, ONE_HANDLER);
        }
        return before + 1;
    }

    private void port(@Nullable IntOrString port, String path) {
        String name = port == null ? null : port.getStrVal();
        if (name != null) {
            Names.portName(name).forEach(wrong -> errors.invalid(path, name, wrong));
            return;
        }
        int number = port == null ? 0 : Objects.requireNonNullElse(port.getIntVal(), 0);
        if (!ContainerValidation.isPort(number)) {
            errors.invalid(path, number, Names.PORT_RANGE);
        }
    }

    private void nonNegative(String path, @Nullable Integer value) {
        if (value != null && value < 0) {
            errors.invalid(path, value, Names.NON_NEGATIVE);
        }
    }
}
