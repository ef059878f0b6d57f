// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.Traffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.Function;

/**
 * Requests over HTTP/1.1 to wherever a Service is reached from here, such as a node's port. Requests are sent within about
 * a millisecond of their time, by one thread per load. A request that is lost is not sent again, also where a browser
 * would: what is measured is what the network does.
 *
 * <p>Defaults: answers name their version in the header {@code Clock-Version} and their pod in {@code Clock-Pod}, as the
 * demo application's do. Safe to use from several threads.
 */
public final class HttpTraffic implements Traffic {
    private final Function<Load, InetSocketAddress> addresses;
    private final String versionHeader;
    private final String podHeader;

    private HttpTraffic(Function<Load, InetSocketAddress> addresses, String versionHeader, String podHeader) {
        this.addresses = addresses;
        this.versionHeader = header(versionHeader);
        this.podHeader = header(podHeader);
    }

    private static String header(String name) {
        if (!name.matches("[A-Za-z0-9-]+")) {
            throw new IllegalArgumentException("a header's name has letters, digits and hyphens, was \"" + name + "\"");
        }
        return name;
    }

    /**
     * Traffic to the addresses that a function finds for a load.
     *
     * @param addresses throws an {@link IllegalArgumentException} that says what to do where a Service cannot be reached
     */
    public static HttpTraffic to(Function<Load, InetSocketAddress> addresses) {
        return new HttpTraffic(Objects.requireNonNull(addresses, "addresses"), "Clock-Version", "Clock-Pod");
    }

    /** In which header an answer names its version. */
    public HttpTraffic withVersionHeader(String name) {
        return new HttpTraffic(addresses, name, podHeader);
    }

    /** In which header an answer names its pod. */
    public HttpTraffic withPodHeader(String name) {
        return new HttpTraffic(addresses, versionHeader, name);
    }

    @Override
    public RunningTraffic start(Load load) throws InterruptedException {
        InetSocketAddress address = addresses.apply(Objects.requireNonNull(load, "load"));
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(load.target() + " is to be reached at " + address.getHostString()
                    + ", which no name server knows; correct the name");
        }
        HttpSender sender;
        try {
            sender = new HttpSender(load, address, versionHeader, podHeader, Time.system());
        } catch (IOException e) {
            throw new UncheckedIOException("no sockets to be had for the traffic to " + load.target(), e);
        }
        sender.begin();
        sender.awaitBaseline();
        return sender;
    }
}
