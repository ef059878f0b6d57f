// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rollproof.server.Served.Reply;
import dev.rollproof.server.WatchLines.Line;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Watches as plain HTTP streams. */
class WatchTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String SELECTED = MAPS + "?watch=true&labelSelector=made-by%3Dtest";
    private static final String MERGE = "application/merge-patch+json";

    private final Served served = new Served();

    @AfterEach
    void close() {
        served.close();
    }

    private long create(String name) {
        Reply created =
                served.post(MAPS, "{\"metadata\": {\"name\": \"" + name + "\", \"labels\": {\"made-by\": \"test\"}}}");
        assertThat(created.code()).isEqualTo(201);
        return Long.parseLong(String.valueOf(created.at("metadata.resourceVersion")));
    }

    private void change(String name, String patch) {
        assertThat(served.send("PATCH", MAPS + "/" + name, MERGE, patch).code()).isEqualTo(200);
    }

    @Test
    void aWatchWithoutAVersionBeginsWithWhatThereIs() {
        create("a");
        try (WatchLines watch = served.watch(SELECTED)) {
            assertThat(watch.next(1)).containsExactly("ADDED a");
            create("b");
            change("a", "{\"data\": {\"k\": \"1\"}}");
            served.send("DELETE", MAPS + "/b", "", "");
            assertThat(watch.next(3)).containsExactly("ADDED b", "MODIFIED a", "DELETED b");
        }
    }

    @Test
    void aWatchFromAVersionTellsWhatCameAfterIt() {
        long version = create("a");
        create("b");
        try (WatchLines watch = served.watch(SELECTED + "&resourceVersion=" + version)) {
            create("c");
            assertThat(watch.next(2)).containsExactly("ADDED b", "ADDED c");
        }
    }

    @Test
    void whatIsSelectedNoMoreIsDeleted() {
        create("a");
        try (WatchLines watch = served.watch(SELECTED)) {
            change("a", "{\"metadata\": {\"labels\": {\"made-by\": \"other\"}}}");
            change("a", "{\"metadata\": {\"labels\": {\"made-by\": \"test\"}}}");
            assertThat(watch.next(3)).containsExactly("ADDED a", "DELETED a", "ADDED a");
        }
    }

    @Test
    void aStreamingListSaysWhereTheListEnds() {
        create("a");
        create("b");
        try (WatchLines watch = served.watch(
                SELECTED + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")) {
            assertThat(watch.next(2)).containsExactly("ADDED a", "ADDED b");
            Line end = Objects.requireNonNull(watch.next());
            assertThat(end.word()).isEqualTo("BOOKMARK");
            assertThat(end.object()).containsEntry("kind", "ConfigMap");
            assertThat((Map<?, ?>) end.object().get("metadata"))
                    .isEqualTo(Map.of(
                            "resourceVersion",
                            Long.toString(end.version()),
                            "annotations",
                            Map.of("k8s.io/initial-events-end", "true")));
            create("c");
            assertThat(watch.next(1)).containsExactly("ADDED c");
        }
        assertThat(served.get(SELECTED + "&sendInitialEvents=true").code()).isEqualTo(422);
    }

    @Test
    void aWatchEndsAfterItsTimeWithABookmark() {
        create("a");
        try (WatchLines watch = served.watch(SELECTED + "&timeoutSeconds=1&allowWatchBookmarks=true")) {
            assertThat(watch.next(1)).containsExactly("ADDED a");
            assertThat(Objects.requireNonNull(watch.next()).word()).isEqualTo("BOOKMARK");
            assertThat(watch.next()).isNull();
        }
    }

    @Test
    void aForgottenVersionIsToldByTheStream() {
        long version = create("a");
        create("b");
        served.cluster.faults().expireHistory(ConfigMap.class);
        try (WatchLines watch = served.watch(SELECTED + "&resourceVersion=" + version)) {
            assertThat(watch.code()).isEqualTo(200);
            Line error = Objects.requireNonNull(watch.next());
            assertThat(error.word()).isEqualTo("ERROR");
            assertThat(error.object()).containsEntry("code", 410).containsEntry("reason", "Expired");
            assertThat(watch.next()).isNull();
        }
    }

    @Test
    void cutWatchesAreCut() {
        try (WatchLines watch = served.watch(SELECTED)) {
            create("a");
            assertThat(watch.next(1)).containsExactly("ADDED a");
            served.cluster.faults().cutWatches();
            org.assertj.core.api.Assertions.assertThatThrownBy(watch::next)
                    .isInstanceOf(java.io.UncheckedIOException.class);
        }
    }

    @Test
    void silencedWatchesSayNothingMore() {
        try (WatchLines silent = served.watch(SELECTED)) {
            create("a");
            assertThat(silent.next(1)).containsExactly("ADDED a");
            served.cluster.faults().silenceWatches();
            create("b");
            try (WatchLines healthy = served.watch(SELECTED + "&timeoutSeconds=1")) {
                assertThat(healthy.next(2)).containsExactly("ADDED a", "ADDED b");
            }
            served.server.close();
            org.assertj.core.api.Assertions.assertThatThrownBy(silent::next)
                    .isInstanceOf(java.io.UncheckedIOException.class);
        }
    }

    @Test
    void aWatcherThatLeftIsForgotten() {
        WatchLines watch = served.watch(SELECTED);
        create("a");
        watch.next(1);
        watch.close();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            create("x" + System.identityHashCode(new Object()));
            return served.cluster
                            .time()
                            .call(() -> served.cluster
                                    .serverSide()
                                    .api()
                                    .watches(dev.rollproof.sim.api.ResourceType.CONFIG_MAPS)
                                    .size())
                    == 1;
        });
    }

    @Test
    void eachChunkIsEndedAtOnceForClientsThatWaitForIt() {
        create("a");
        String answer = served.raw(
                "GET " + SELECTED + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + served.server.token()
                        + "\r\n\r\n",
                "}\n\r\n");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        int sizeEnd = body.indexOf("\r\n");
        assertThat(body.substring(sizeEnd + 2))
                .hasSize(Integer.parseInt(body.substring(0, sizeEnd), 16) + 2)
                .endsWith("}\n\r\n");
    }

    @Test
    void aStreamThatEndsIsWhole() {
        create("a");
        String answer = served.raw(
                "GET " + SELECTED + "&timeoutSeconds=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + served.server.token() + "\r\n\r\n",
                "\r\n0\r\n\r\n");
        assertThat(answer).endsWith("}\n\r\n0\r\n\r\n");
    }

    @Test
    void anUpgradeIsAnsweredAtOnceSoThatClientsFallBack() {
        String answer = served.raw("GET " + SELECTED + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade:"
                + " websocket\r\nAuthorization: Bearer " + served.server.token() + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200").contains("Content-Length: 0");
    }
}
