// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import java.util.Arrays;

/** What one watch was told, in its order; kept small, since there are millions. One thread adds; others may ask for the size. */
final class Seen {
    private String[] objects = new String[1024];
    private String[] words = new String[1024];
    private long[] versions = new long[1024];
    private volatile int size;

    Seen add(String object, String word, long version) {
        int at = size;
        if (at == versions.length) {
            objects = Arrays.copyOf(objects, 2 * at);
            words = Arrays.copyOf(words, 2 * at);
            versions = Arrays.copyOf(versions, 2 * at);
        }
        objects[at] = object;
        words[at] = word;
        versions[at] = version;
        size = at + 1;
        return this;
    }

    int size() {
        return size;
    }

    String object(int i) {
        return objects[i];
    }

    String word(int i) {
        return words[i];
    }

    long version(int i) {
        return versions[i];
    }
}
