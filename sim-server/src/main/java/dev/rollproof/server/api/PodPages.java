// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.sim.network.OutsideRequests.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What a simulated container answers over HTTP, whatever its image: the pages of the clock application. {@code /} tells the time
 * and the version, {@code /version} the version, {@code /healthz} that it lives and {@code /readyz} whether it is ready. Headers name
 * version and pod.
 */
final class PodPages {
    private static final String VERSION_HEADER = "Clock-Version";
    private static final String POD_HEADER = "Clock-Pod";
    private static final String TEXT = "text/plain; charset=utf-8";

    private PodPages() {}

    /**
     * @param path its segments
     * @param now the cluster's time, which the page shows in UTC
     */
    static Answer.Whole page(Reply reply, Outcome.Answered answered, List<String> path, Instant now) {
        String page = path.isEmpty() ? "" : path.size() == 1 ? path.get(0) : "?";
        Answer.Whole answer = switch (page) {
            case "" -> front(answered, now);
            case "version" -> text(200, answered.version() + "\n");
            case "healthz" -> text(200, "ok\n");
            case "readyz" -> reply.ready() ? text(200, "ready\n") : text(503, "not ready\n");
            default -> text(404, "there is /, /version, /healthz and /readyz\n");
        };
        return answer.with(VERSION_HEADER, answered.version()).with(POD_HEADER, answered.pod());
    }

    private static Answer.Whole front(Outcome.Answered answered, Instant now) {
        if (answered.status() == 500) {
            return text(500, "this request fails, as its image is declared to\n");
        }
        if (answered.status() != 200) {
            return text(answered.status(), "not ready\n");
        }
        LocalTime time = LocalTime.ofInstant(now, ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        String html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Clock</title></head><body>"
                + "<h1>Hello</h1><p>It is " + time + ".</p><p>Version " + escaped(answered.version())
                + "</p></body></html>\n";
        return new Answer.Whole(200, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static Answer.Whole text(int status, String text) {
        return new Answer.Whole(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
}
