// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpGenerator;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Ends each chunk of a streamed answer at once. The embedded server sends the end of line after a chunk only with the next one,
 * and clients that wait for it, as Python's does, would hear of an event when the next one comes. So whoever streams puts that
 * end of line behind his data himself ({@link #END}), and here it is neither counted as content nor sent once more.
 */
final class EagerChunks extends HttpGenerator {
    /** What has to be behind the data of each write of a streamed answer. */
    static final byte[] END = {'\r', '\n'};

    @Override
    public Result generateResponse(
            MetaData.Response info, boolean head, ByteBuffer header, ByteBuffer chunk, ByteBuffer content, boolean last)
            throws IOException {
        boolean ended = isCommitted() && isChunking() && BufferUtil.length(content) > END.length;
        if (ended) {
            content.limit(content.limit() - END.length);
        }
        Result result;
        try {
            result = super.generateResponse(info, head, header, chunk, content, last);
        } finally {
            if (ended) {
                content.limit(content.limit() + END.length);
            }
        }
        if (result == Result.FLUSH && BufferUtil.hasContent(chunk) && chunk.get(chunk.position()) == END[0]) {
            chunk.position(chunk.position() + END.length);
        }
        return result;
    }

    /** Makes connections that do so. */
    static HttpConnectionFactory connections(HttpConfiguration configuration) {
        return new HttpConnectionFactory(configuration) {
            @Override
            public Connection newConnection(Connector connector, EndPoint endPoint) {
                HttpConnection connection = new HttpConnection(getHttpConfiguration(), connector, endPoint) {
                    @Override
                    protected HttpGenerator newHttpGenerator() {
                        return new EagerChunks();
                    }
                };
                return configure(connection, connector, endPoint);
            }
        };
    }
}
