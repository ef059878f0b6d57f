// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.nio.ByteBuffer;

/** Where a streamed answer goes: the one connection of a client. One write at a time. */
public interface Outlet {
    /** Hears of the end of a write, on any thread. */
    interface Written {
        void done();

        /** The client is gone. */
        void failed();
    }

    /** Writes, without waiting until it is written. */
    void write(ByteBuffer data, Written then);

    /** Ends the answer properly. Not while a write is under way. */
    void end();

    /** Closes the connection, at any time, so that the client sees that the answer was cut. */
    void abort();

    /** One whose client is gone already. */
    Outlet CLOSED = new Outlet() {
        @Override
        public void write(ByteBuffer data, Written then) {
            then.failed();
        }

        @Override
        public void end() {}

        @Override
        public void abort() {}
    };
}
