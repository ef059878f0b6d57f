// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.check;

import java.util.Objects;

/**
 * What one measurement of a check came to.
 *
 * @param found for people, such as {@code 3 of 50 requests failed}
 */
public record Measurement(Result result, String found) {
    /** Argo Rollouts' words. An error says nothing about the version: the measuring itself went wrong. */
    public enum Result {
        /** The version is good. */
        SUCCESSFUL,
        /** The version is bad. */
        FAILED,
        /** It cannot be told yet. */
        INCONCLUSIVE,
        ERROR
    }

    public Measurement {
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(found, "found");
    }

    /** The version is good. */
    public static Measurement successful(String found) {
        return new Measurement(Result.SUCCESSFUL, found);
    }

    /** The version is bad. */
    public static Measurement failed(String found) {
        return new Measurement(Result.FAILED, found);
    }

    /** It cannot be told: too little was seen. */
    public static Measurement inconclusive(String found) {
        return new Measurement(Result.INCONCLUSIVE, found);
    }

    /** The measuring went wrong, which says nothing about the version. */
    public static Measurement error(String found) {
        return new Measurement(Result.ERROR, found);
    }

    /** Successful or failed. */
    public static Measurement of(boolean good, String found) {
        return new Measurement(good ? Result.SUCCESSFUL : Result.FAILED, found);
    }
}
