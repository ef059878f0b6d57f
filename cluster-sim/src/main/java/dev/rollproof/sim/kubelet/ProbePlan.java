// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * When a probe is made, and what it says when it fails. Defaults are Kubernetes': every 10 s, 3 failures, 1 success.
 *
 * @param initialNanos from the start of the container to the first probe
 * @param port where it asks, as in {@code kubernetes/kubernetes pkg/probe/util.go}
 */
record ProbePlan(Probe probe, long initialNanos, long periodNanos, int failures, int successes, Port port) {
    private static final long SECOND = 1_000_000_000L;

    /**
     * The port of a probe.
     *
     * @param number empty where it asks at none, as a command does not, or where nobody can tell which
     * @param error what the kubelet says where it cannot tell, as of 1.37; null where it can
     */
    record Port(OptionalInt number, @Nullable String error) {
        private static final Port NONE = new Port(OptionalInt.empty(), null);

        /** A name is one of the container's own ports. */
        private static Port of(@Nullable IntOrString port, Container container) {
            if (port == null) {
                return NONE;
            }
            if (port.getIntVal() != null) {
                return of(port.getIntVal());
            }
            if (container.getPorts() != null) {
                for (ContainerPort declared : container.getPorts()) {
                    if (port.getStrVal().equals(declared.getName())) {
                        return of(declared.getContainerPort());
                    }
                }
            }
            return port.getStrVal().matches("[0-9]{1,9}")
                    ? of(Integer.parseInt(port.getStrVal()))
                    : new Port(OptionalInt.empty(), "port \"" + port.getStrVal() + "\" not found");
        }

        private static Port of(int number) {
            return new Port(OptionalInt.of(number), null);
        }
    }

    static ProbePlan of(Probe probe, Container container) {
        return new ProbePlan(
                probe,
                seconds(probe.getInitialDelaySeconds(), 0) * SECOND,
                seconds(probe.getPeriodSeconds(), 10) * SECOND,
                Math.max(1, seconds(probe.getFailureThreshold(), 3)),
                Math.max(1, seconds(probe.getSuccessThreshold(), 1)),
                portOf(probe, container));
    }

    private static Port portOf(Probe probe, Container container) {
        if (probe.getHttpGet() != null) {
            return Port.of(probe.getHttpGet().getPort(), container);
        }
        if (probe.getTcpSocket() != null) {
            return Port.of(probe.getTcpSocket().getPort(), container);
        }
        return probe.getGrpc() != null ? Port.of(probe.getGrpc().getPort()) : Port.NONE;
    }

    private static int seconds(@Nullable Integer value, int otherwise) {
        return value == null || (value == 0 && otherwise > 0) ? otherwise : value;
    }

    /** What the kubelet says of a process that does not listen. */
    String refused(String address) {
        if (probe.getExec() != null) {
            return "";
        }
        HTTPGetAction get = probe.getHttpGet();
        if (get != null) {
            String host = address + ":" + number();
            String scheme = get.getScheme() == null ? "http" : get.getScheme().toLowerCase(Locale.ROOT);
            String path = get.getPath() == null ? "/" : get.getPath();
            return "Get \"" + scheme + "://" + host + path + "\": dial tcp " + host + ": connect: connection refused";
        }
        if (probe.getGrpc() != null) {
            return "timeout: failed to connect service \"" + address + ":"
                    + probe.getGrpc().getPort() + "\" within 1s: context deadline exceeded";
        }
        return "dial tcp " + address + ":" + number() + ": connect: connection refused";
    }

    /** What the kubelet says of a process that answers and is not well. */
    String unwell(String address, int status) {
        return probe.getHttpGet() != null ? "HTTP probe failed with statuscode: " + status : refused(address);
    }

    private String number() {
        return port.number().isPresent() ? String.valueOf(port.number().getAsInt()) : "";
    }
}
