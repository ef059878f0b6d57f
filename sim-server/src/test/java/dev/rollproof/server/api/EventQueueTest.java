// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What waits for a client that does not read, on one thread: work that the queue hands over is done when the test says so. */
class EventQueueTest {
    private static final int MEBIBYTE = 1024 * 1024;

    private final Queue<Runnable> handedOver = new ArrayDeque<>();
    private int gone;
    private final EventQueue queue = new EventQueue(handedOver::add, () -> gone++);
    private final Client client = new Client();

    /** One who takes a write, and says that it is written only when the test lets him. */
    private static final class Client implements Outlet {
        final StringBuilder got = new StringBuilder();
        boolean aborted;
        boolean ended;
        private @Nullable Written unread;

        @Override
        public void write(ByteBuffer data, Written then) {
            got.append(StandardCharsets.UTF_8.decode(data));
            unread = then;
        }

        void read() {
            Written written = unread;
            unread = null;
            if (written != null) {
                written.done();
            }
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void abort() {
            aborted = true;
        }
    }

    private void work() {
        for (Runnable next = handedOver.poll(); next != null; next = handedOver.poll()) {
            next.run();
        }
    }

    private static News news(String text, int weight) {
        return News.of(() -> text.getBytes(StandardCharsets.UTF_8), () -> weight);
    }

    private void put(int count, int weight) {
        for (int i = 0; i < count; i++) {
            queue.put(news(".", weight));
        }
    }

    @Test
    void whoDoesNotReadIsCutOffWhenTooManyBytesWaitHoweverFewNewsTheyAre() {
        queue.begin(client);
        put(1, MEBIBYTE);
        work();
        put(64, MEBIBYTE);
        work();
        assertThat(client.aborted).as("64 MiB wait").isFalse();
        put(32, MEBIBYTE);
        work();
        assertThat(client.aborted).as("96 MiB wait").isTrue();
        assertThat(gone).isEqualTo(1);
        client.read();
        put(100, MEBIBYTE);
        work();
        assertThat(client.got).hasToString(".");
    }

    @Test
    void whoDoesNotReadIsCutOffWhenTooManyNewsWaitHoweverShortTheyAre() {
        queue.begin(client);
        put(1, 1);
        work();
        put(EventQueue.MOST_WAITING, 1);
        work();
        assertThat(client.aborted).isFalse();
        put(1, 1);
        work();
        assertThat(client.aborted).isTrue();
        assertThat(gone).isEqualTo(1);
    }

    @Test
    void bytesThatWereReadCountNoMore() {
        queue.begin(client);
        for (int round = 0; round < 20; round++) {
            put(40, MEBIBYTE);
            work();
            client.read();
            work();
        }
        assertThat(client.aborted).isFalse();
        assertThat(client.got).hasSize(800);
    }

    @Test
    void newsThatAreTakenWhileTheyAreWeighedCountNoMore() {
        queue.begin(client);
        put(1, 1);
        work();
        put(40, MEBIBYTE);
        // What is weighed waits for its turn; the client reads all before that.
        Runnable weighing = handedOver.remove();
        client.read();
        work();
        client.read();
        weighing.run();
        put(64, MEBIBYTE);
        work();
        assertThat(client.aborted).isFalse();
        assertThat(client.got).hasSize(41 + 64);
    }

    @Test
    void whatWasThereWhenTheClientCameIsWrittenHoweverMuchItIs() {
        for (int i = 0; i < 200; i++) {
            queue.putFirst(news("-", MEBIBYTE));
        }
        queue.begin(client);
        put(10, 1);
        queue.end();
        work();
        client.read();
        work();
        assertThat(client.got).hasToString("-".repeat(200) + ".".repeat(10));
        assertThat(client.ended).isTrue();
        assertThat(client.aborted).isFalse();
        assertThat(gone).isEqualTo(1);
    }

    @Test
    void nothingIsWeighedForAClientThatKeepsUp() {
        queue.begin(client);
        for (int i = 0; i < 1_000; i++) {
            queue.put(News.of(() -> new byte[] {'.'}, () -> {
                throw new AssertionError("weighed");
            }));
            work();
            client.read();
            work();
        }
        assertThat(client.got).hasSize(1_000);
    }
}
