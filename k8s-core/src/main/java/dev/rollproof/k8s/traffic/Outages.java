// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the times without an answer in the requests of one lane. */
final class Outages {
    private Outages() {}

    static List<Outage> of(Lane lane, List<Request> requests) {
        List<Outage> outages = new ArrayList<>();
        @Nullable Duration lastAnswer = null;
        @Nullable Duration from = null;
        for (Request request : requests) {
            if (request.failed()) {
                if (from == null) {
                    from = lastAnswer == null ? request.due() : lastAnswer;
                }
            } else {
                if (from != null) {
                    outages.add(new Outage(lane, from, request.due(), true));
                    from = null;
                }
                lastAnswer = request.due();
            }
        }
        if (from != null) {
            outages.add(new Outage(lane, from, requests.get(requests.size() - 1).due(), false));
        }
        return outages;
    }
}
