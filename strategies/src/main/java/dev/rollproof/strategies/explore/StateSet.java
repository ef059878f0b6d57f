// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import java.util.Arrays;

/** States in the order in which they were found, each with the state and the move that led to it. Grows as needed. */
final class StateSet {
    private long[] states = new long[1 << 10];
    private int[] parents = new int[1 << 10];
    private byte[] moves = new byte[1 << 10];
    private int[] table = new int[1 << 12];
    private int size;

    /** Adds a state unless it is there; returns whether it was not. */
    boolean add(long state, int parent, int move) {
        int slot = slot(state);
        if (table[slot] != 0) {
            return false;
        }
        if (size == states.length) {
            states = Arrays.copyOf(states, 2 * size);
            parents = Arrays.copyOf(parents, 2 * size);
            moves = Arrays.copyOf(moves, 2 * size);
        }
        states[size] = state;
        parents[size] = parent;
        moves[size] = (byte) move;
        table[slot] = ++size;
        if (4L * size > 3L * table.length) {
            table = new int[2 * table.length];
            for (int i = 0; i < size; i++) {
                table[slot(states[i])] = i + 1;
            }
        }
        return true;
    }

    private int slot(long state) {
        int mask = table.length - 1;
        long mixed = state * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (table[slot] != 0 && states[table[slot] - 1] != state) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    int size() {
        return size;
    }

    long state(int index) {
        return states[index];
    }

    /** Of the first state: -1. */
    int parent(int index) {
        return parents[index];
    }

    int move(int index) {
        return moves[index];
    }
}
