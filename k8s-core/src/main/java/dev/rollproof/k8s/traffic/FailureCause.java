// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

/** Why a request failed. A new cause may be added: let a {@code switch} have a default. */
public enum FailureCause {
    /** No connection: nobody listens, or the Service has no endpoints. */
    REFUSED("refused"),

    /** The connection ended before the answer did. */
    RESET("reset"),

    /** No whole answer within the load's timeout. */
    TIMED_OUT("timed out"),

    /** An answer with a status of 500 or more. */
    SERVER_ERROR("5xx"),

    /** Whatever else a network does; the outcome has its words. */
    OTHER("other");

    private final String words;

    FailureCause(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
