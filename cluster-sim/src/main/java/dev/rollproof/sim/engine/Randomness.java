// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import java.util.SplittableRandom;

/**
 * Random numbers from one seed. Each part of the simulation draws from a fork of its own, so that one more draw in one
 * part leaves all others as they were.
 */
public final class Randomness {
    private final long seed;
    private final SplittableRandom random;

    public Randomness(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /** The source of a part, the same for the same seed and name. */
    public Randomness fork(String name) {
        long mixed = seed;
        for (int i = 0; i < name.length(); i++) {
            mixed = mixed * 0x9E3779B97F4A7C15L + name.charAt(i);
            mixed ^= mixed >>> 29;
        }
        return new Randomness(mixed);
    }

    /** Between two bounds, both included. */
    public long between(long low, long high) {
        return low >= high ? low : random.nextLong(low, high + 1);
    }

    /** True with a probability from 0 to 1. */
    public boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** A word of Kubernetes' alphabet for generated names. */
    public String word(int length) {
        String alphabet = "bcdfghjklmnpqrstvwxz2456789";
        StringBuilder word = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }

    /** A version 4 UUID. */
    public String uuid() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~0xC000000000000000L) | 0x8000000000000000L;
        return new java.util.UUID(high, low).toString();
    }
}
