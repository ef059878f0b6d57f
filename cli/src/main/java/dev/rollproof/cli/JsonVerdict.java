// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Verdicts as JSON, for {@code --output json}: one object, the worst verdict's fields on top. */
final class JsonVerdict {
    private JsonVerdict() {}

    static String of(List<Verdict> verdicts) {
        Verdict worst = verdicts.get(0);
        for (Verdict verdict : verdicts) {
            if (worst.isComplete() && !verdict.isComplete()) {
                worst = verdict;
            }
        }
        Map<String, Object> json = fields(worst);
        if (verdicts.size() > 1) {
            json.put("workloads", verdicts.stream().map(JsonVerdict::fields).toList());
        }
        return Models.toJson(json);
    }

    private static Map<String, Object> fields(Verdict verdict) {
        Evidence evidence = verdict.evidence();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("outcome", verdict.outcome());
        json.put("seconds", seconds(evidence.elapsed()));
        json.put("workload", "deployment/" + evidence.workload().name());
        json.put("namespace", evidence.workload().namespace());
        json.put("generation", evidence.generation());
        json.put("message", verdict.summary());
        json.put("causes", evidence.causes().stream().map(JsonVerdict::fields).toList());
        json.put(
                "timeline",
                evidence.timeline().entries().stream().map(JsonVerdict::fields).toList());
        json.put("unseen", evidence.unseen());
        evidence.rollback().ifPresent(rollback -> json.put("rollback", fields(rollback)));
        return json;
    }

    private static Map<String, Object> fields(RollbackResult rollback) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("message", rollback.inWords());
        if (rollback instanceof RollbackResult.Restored restored) {
            json.put("outcome", restored.verdict().outcome());
            json.put("seconds", seconds(restored.elapsed()));
            json.put("revision", restored.revision());
            json.put("replicaSet", restored.replicaSet());
            json.put("images", restored.images());
            json.put("notes", restored.notes());
        } else {
            json.put("outcome", "omitted");
        }
        return json;
    }

    private static Map<String, Object> fields(Cause cause) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("reason", cause.reason());
        json.put("message", cause.message());
        json.put("pod", cause.pod());
        json.put("container", cause.container());
        json.put("count", cause.count());
        return json;
    }

    private static Map<String, Object> fields(Timeline.Entry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seconds", seconds(entry.at()));
        json.put("subject", entry.subject());
        json.put("what", entry.what());
        return json;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
