// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {
    private final ResponseReader reader = new ResponseReader();

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private boolean read(String text) throws ResponseReader.NotHttp {
        return reader.read(bytes(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nClock-Version: 1.2\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nClock-Version: 1.2\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nA: b\r\n\r\n",
                "HTTP/1.1 200\r\nContent-Length: 0\r\nclock-version:1.2\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nCLOCK-VERSION: 1.2 \r\n\r\n",
                "HTTP/1.1 304 Not Modified\nContent-Length: 7\nClock-Version: 1.2\n\n"
            })
    void aResponseIsCompleteAtItsLastByteHoweverItComes(String text) throws ResponseReader.NotHttp {
        for (int i = 0; i < text.length() - 1; i++) {
            assertThat(read(text.substring(i, i + 1))).as("byte %d", i).isFalse();
        }
        assertThat(read(text.substring(text.length() - 1))).isTrue();
        assertThat(reader.header("Clock-Version")).isEqualTo("1.2");
        ByteBuffer all = bytes(text + "HTTP/1.1 more");
        ResponseReader atOnce = new ResponseReader();
        assertThat(atOnce.read(all)).isTrue();
        assertThat(all.remaining()).isEqualTo("HTTP/1.1 more".length());
        assertThat(atOnce.status()).isEqualTo(reader.status()).isBetween(200, 304);
    }

    @Test
    void withoutALengthTheConnectionsEndIsTheResponses() throws ResponseReader.NotHttp {
        assertThat(read("HTTP/1.0 200 OK\r\n\r\nhello")).isFalse();
        assertThat(reader.end()).isTrue();
        assertThat(reader.keepsConnection()).isFalse();
    }

    @Test
    void halfAResponseIsNotCompleteAtTheConnectionsEnd() throws ResponseReader.NotHttp {
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")).isFalse();
        assertThat(reader.end()).isFalse();
        assertThat(new ResponseReader().end()).isFalse();
    }

    @Test
    void connectionsAreKeptUnlessTheResponseSaysOtherwise() throws ResponseReader.NotHttp {
        assertThat(read("HTTP/1.1 204 No Content\r\n\r\n")).isTrue();
        assertThat(reader.keepsConnection()).isTrue();
        ResponseReader closing = new ResponseReader();
        assertThat(closing.read(bytes("HTTP/1.1 204 No Content\r\nConnection: Close\r\n\r\n")))
                .isTrue();
        assertThat(closing.keepsConnection()).isFalse();
        ResponseReader old = new ResponseReader();
        assertThat(old.read(bytes("HTTP/1.0 204 No Content\r\nConnection: keep-alive\r\n\r\n")))
                .isTrue();
        assertThat(old.keepsConnection()).isTrue();
    }

    @Test
    void whatIsNotHttpIsSaidSo() {
        assertThatThrownBy(() -> read("220 mail ESMTP\r\n"))
                .hasMessage("the answer is not HTTP/1.1: it begins with \"220 mail ESMTP\"");
        assertThatThrownBy(() -> new ResponseReader().read(bytes("\u0015\u0003\u0003\u0000\u0002\u0002\n")))
                .hasMessage("the answer is not HTTP/1.1: it begins with \"??????\"");
        assertThatThrownBy(() -> new ResponseReader().read(bytes("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n")))
                .hasMessage("Content-Length is \"five\"");
        assertThatThrownBy(() -> new ResponseReader()
                        .read(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")))
                .hasMessage("a chunk's size is \"xyz\"");
        assertThatThrownBy(() -> new ResponseReader().read(bytes("H".repeat(20_000))))
                .hasMessageStartingWith("a line of the answer's head is longer than");
        assertThatThrownBy(() -> {
                    StringBuilder many = new StringBuilder("HTTP/1.1 200 OK\r\n");
                    for (int i = 0; i < 300; i++) {
                        many.append("X-").append(i).append(": 1\r\n");
                    }
                    new ResponseReader().read(bytes(many.toString()));
                })
                .hasMessage("the answer has more than 200 headers");
    }
}
