// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.http;

import dev.rollproof.server.api.Outlet;
import java.io.EOFException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** The response of one request, written bit by bit. */
final class ResponseOutlet implements Outlet {
    private final Request request;
    private final Response response;
    private final Callback callback;

    ResponseOutlet(Request request, Response response, Callback callback) {
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    @Override
    public void write(ByteBuffer data, Written then) {
        ByteBuffer chunk = ByteBuffer.allocate(data.remaining() + EagerChunks.END.length);
        chunk.put(data).put(EagerChunks.END).flip();
        response.write(false, chunk, Callback.from(then::done, failed -> {
            callback.failed(failed);
            then.failed();
        }));
    }

    @Override
    public void end() {
        response.write(true, BufferUtil.EMPTY_BUFFER, callback);
    }

    @Override
    public void abort() {
        drop(request, callback);
    }

    /** Closes the connection under the request. */
    static void drop(Request request, Callback callback) {
        EOFException cut = new EOFException("cut by the server");
        request.getConnectionMetaData().getConnection().getEndPoint().close(cut);
        callback.failed(cut);
    }
}
