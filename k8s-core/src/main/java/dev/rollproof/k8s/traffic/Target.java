// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Where requests go. A new kind is a new case, and breaks exhaustive switches. */
public sealed interface Target {
    /** What a request calls its host. */
    String hostHeader();

    /**
     * A Service, which chooses a pod for each connection.
     *
     * @param port the Service's port; empty for its first
     */
    record OfService(String namespace, String service, OptionalInt port) implements Target {
        public OfService {
            named("namespace", namespace);
            named("service", service);
            if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65_535)) {
                throw new IllegalArgumentException("port must be from 1 to 65535, was " + port.getAsInt());
            }
        }

        private static void named(String what, String value) {
            if (value.isBlank()) {
                throw new IllegalArgumentException(what + " must not be blank");
            }
        }

        @Override
        public String hostHeader() {
            return service + "." + namespace;
        }

        /** Such as {@code Service/clock in shop}. */
        @Override
        public String toString() {
            return "Service/" + service + " in " + namespace;
        }
    }

    /**
     * A host that a gateway serves, which chooses a Service and a pod for each request, as its HTTPRoutes say. Where the gateway
     * is, whoever sends has to know.
     *
     * @param name such as {@code clock.example.com}
     */
    record Host(String name) implements Target {
        private static final Pattern NAME =
                Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

        public Host {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "a host's name has lower case letters, digits, hyphens and dots, such as"
                                + " clock.example.com, was \"" + name + "\"");
            }
        }

        @Override
        public String hostHeader() {
            return name;
        }

        /** Such as {@code http://clock.example.com}. */
        @Override
        public String toString() {
            return "http://" + name;
        }
    }
}
