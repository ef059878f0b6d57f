// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import java.util.Locale;
import java.util.Optional;

/** Which kind of cluster a test runs on. */
public enum ClusterKind {
    /** Whichever {@code -Drollproof.cluster=sim|served|k3s|kubeconfig} names; without it, the simulated one. */
    CHOSEN,

    /** A simulated cluster: nothing to install, and no time to wait. Each test has one of its own. */
    SIM,

    /**
     * A simulated cluster, as {@link #SIM}, reached over HTTPS as a real one is: for code that talks to Kubernetes by a client
     * of its own. It lives in real time, or the multiple of it that {@code -Drollproof.speed} or the builder says, and so does
     * whoever waits on its time. Its {@link dev.rollproof.k8s.traffic.Traffic} is the simulated network's, in the same time.
     */
    SERVED,

    /** A Kubernetes in a container, one for all tests of a JVM; see {@link K3s}. */
    K3S,

    /**
     * The cluster of the current kubeconfig context, in the file that {@code -Drollproof.kubeconfig=FILE} names, else in the
     * usual one. Only ever used by tests that ask for it.
     */
    KUBECONFIG;

    /** The property, or JUnit configuration parameter, that chooses. */
    static final String PROPERTY = "rollproof.cluster";

    /** Whether it is a simulated one, which each test has for itself. */
    boolean isSimulated() {
        return this == SIM || this == SERVED;
    }

    /**
     * This kind, with the choice made.
     *
     * @param property what {@link #PROPERTY} says
     */
    ClusterKind orChosenBy(Optional<String> property) {
        if (this != CHOSEN || property.isEmpty() || property.get().isBlank()) {
            return this == CHOSEN ? SIM : this;
        }
        return switch (property.get().strip().toLowerCase(Locale.ROOT)) {
            case "sim" -> SIM;
            case "served" -> SERVED;
            case "k3s" -> K3S;
            case "kubeconfig" -> KUBECONFIG;
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + " is \"" + property.get() + "\"; write sim, served, k3s or kubeconfig");
        };
    }
}
