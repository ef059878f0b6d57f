// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import java.util.Locale;

/** What people say of rolling updates. Some of it is true, some sounds true, and some is true until somebody edits half-way. */
public enum Claim {
    SIZES("the ReplicaSets' sizes add up to at most R+S", true),
    NEW_SIZE("the new ReplicaSet is asked for at most R pods", true),
    LIVE_WITHIN_SURGE("at most R+S pods live", true),
    LIVE("at most min(2R, R+2S+U) pods live", true),
    ALL_WITHIN_SURGE("at most R+S pods live or terminate", true),
    ALL("at most 2R pods live or terminate", true),
    READY("at least R-U pods are ready", false),
    READY_AFTER_LOSS("at least R-U-1 pods are ready", false),
    REST("nothing rests before it is complete", true);

    private final String words;
    private final boolean upper;

    Claim(String words, boolean upper) {
        this.words = words;
        this.upper = upper;
    }

    /** The claim in words; R replicas, S maxSurge, U maxUnavailable. */
    public String words() {
        return words;
    }

    boolean isUpper() {
        return upper;
    }

    /** What may be seen at most, or at least. */
    int bound(Setting setting) {
        int replicas = setting.replicas();
        int surge = setting.posts().surge();
        int unavailable = setting.posts().unavailable();
        return switch (this) {
            case SIZES, LIVE_WITHIN_SURGE, ALL_WITHIN_SURGE -> replicas + surge;
            case NEW_SIZE -> replicas;
            case LIVE -> Math.min(2 * replicas, replicas + 2 * surge + unavailable);
            case ALL -> 2 * replicas;
            case READY -> replicas - unavailable;
            case READY_AFTER_LOSS -> Math.max(0, replicas - unavailable - 1);
            case REST -> 0;
        };
    }

    /** What is seen in a state; {@code rests} says that nothing happens by itself any more. */
    int seen(long state, Setting setting, boolean rests) {
        return switch (this) {
            case SIZES -> State.specs(state);
            case NEW_SIZE -> State.spec(state, State.target(state));
            case LIVE_WITHIN_SURGE, LIVE -> State.live(state);
            case ALL_WITHIN_SURGE, ALL -> State.live(state) + State.terminating(state);
            case READY, READY_AFTER_LOSS -> State.ready(state);
            case REST -> rests && !State.complete(state, setting.replicas()) ? 1 : 0;
        };
    }

    String withNumber(Setting setting) {
        return this == REST ? words : words + String.format(Locale.ROOT, " = %d", bound(setting));
    }
}
