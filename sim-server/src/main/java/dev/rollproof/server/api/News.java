// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** What one client is to be told next. Both are asked for on other threads than the one that has the news. */
interface News {
    /** What is written; asked for once. */
    byte[] text();

    /** About how many bytes of memory it takes to keep it; asked for at most once. */
    int weight();

    static News of(Supplier<byte[]> text, IntSupplier weight) {
        return new News() {
            @Override
            public byte[] text() {
                return text.get();
            }

            @Override
            public int weight() {
                return weight.getAsInt();
            }
        };
    }

    /** Of something short. */
    static News of(Supplier<byte[]> text) {
        return of(text, () -> 100);
    }
}
