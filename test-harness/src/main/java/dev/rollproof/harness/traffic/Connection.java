// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A TCP connection, and what is asked on it. */
final class Connection {
    final SocketChannel channel;
    final SelectionKey key;
    private final ByteBuffer toWrite;

    /** What is asked on it; null while it is kept for the next. */
    @Nullable
    Exchange exchange;

    /**
     * @param request the bytes of every request on this connection
     */
    Connection(SocketChannel channel, SelectionKey key, ByteBuffer request, Exchange first) {
        this.channel = channel;
        this.key = key;
        this.toWrite = request;
        this.exchange = first;
    }

    /** Asks once more. */
    void ask(Exchange next) throws IOException {
        exchange = next;
        toWrite.rewind();
        write();
    }

    /** Writes as much as the connection takes, and asks to be told when it takes more, or answers. */
    void write() throws IOException {
        channel.write(toWrite);
        key.interestOps(toWrite.hasRemaining() ? SelectionKey.OP_WRITE | SelectionKey.OP_READ : SelectionKey.OP_READ);
    }

    /** Whether a kept connection can be asked again: its server has neither ended it nor said anything unasked. */
    boolean isOpen() {
        try {
            return channel.read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException reset) {
            return false;
        }
    }

    void close() {
        key.cancel();
        try {
            channel.close();
        } catch (IOException whatever) {
            // It was to be closed, and now it is of no use either way.
        }
    }
}
