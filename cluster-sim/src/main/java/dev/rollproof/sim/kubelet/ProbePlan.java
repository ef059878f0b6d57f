// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * When a probe is made, and what it says when it fails. Defaults are Kubernetes': every 10 s, 3 failures, 1 success.
 *
 * @param initialNanos from the start of the container to the first probe
 */
record ProbePlan(Probe probe, long initialNanos, long periodNanos, int failures, int successes) {
    private static final long SECOND = 1_000_000_000L;

    static ProbePlan of(Probe probe) {
        return new ProbePlan(
                probe,
                seconds(probe.getInitialDelaySeconds(), 0) * SECOND,
                seconds(probe.getPeriodSeconds(), 10) * SECOND,
                Math.max(1, seconds(probe.getFailureThreshold(), 3)),
                Math.max(1, seconds(probe.getSuccessThreshold(), 1)));
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
            String host = address + ":" + number(get.getPort());
            String scheme = get.getScheme() == null ? "http" : get.getScheme().toLowerCase(Locale.ROOT);
            String path = get.getPath() == null ? "/" : get.getPath();
            return "Get \"" + scheme + "://" + host + path + "\": dial tcp " + host + ": connect: connection refused";
        }
        if (probe.getGrpc() != null) {
            return "timeout: failed to connect service \"" + address + ":"
                    + probe.getGrpc().getPort() + "\" within 1s: context deadline exceeded";
        }
        String port =
                probe.getTcpSocket() == null ? "" : number(probe.getTcpSocket().getPort());
        return "dial tcp " + address + ":" + port + ": connect: connection refused";
    }

    /** What the kubelet says of a process that answers and is not well. */
    String unwell(String address, int status) {
        return probe.getHttpGet() != null ? "HTTP probe failed with statuscode: " + status : refused(address);
    }

    private static String number(@Nullable IntOrString port) {
        if (port == null) {
            return "";
        }
        return port.getIntVal() != null ? port.getIntVal().toString() : String.valueOf(port.getStrVal());
    }
}
