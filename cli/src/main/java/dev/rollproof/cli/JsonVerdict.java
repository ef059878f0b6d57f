// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.PromiseReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        json.put("workload", Workload.name(evidence.workload()));
        json.put("namespace", evidence.workload().namespace());
        json.put("generation", evidence.generation());
        json.put("message", verdict.summary());
        json.put("causes", evidence.causes().stream().map(JsonVerdict::fields).toList());
        json.put(
                "timeline",
                evidence.timeline().entries().stream().map(JsonVerdict::fields).toList());
        json.put("unseen", evidence.unseen());
        evidence.promises().ifPresent(promises -> json.put("promises", fields(promises)));
        evidence.rollback().ifPresent(rollback -> json.put("rollback", fields(rollback)));
        return json;
    }

    private static Map<String, Object> fields(PromiseReport promises) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("events", promises.events());
        json.put("mostLive", promises.mostLive());
        json.put("leastReady", promises.leastReady());
        json.put(
                "findings",
                promises.findings().stream().map(JsonVerdict::fields).toList());
        return json;
    }

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("promise", finding.promise().name());
        json.put("message", finding.line());
        if (finding instanceof Finding.Kept kept) {
            json.put("outcome", "kept");
            json.put("bound", kept.bound());
            json.put("seen", kept.seen());
            json.put("events", kept.events());
        } else if (finding instanceof Finding.Broken broken) {
            json.put("outcome", "broken");
            json.put("bound", broken.bound());
            json.put("by", fields(broken.by()));
        } else if (finding instanceof Finding.NotApplicable none) {
            json.put("outcome", "notApplicable");
            json.put("why", none.why());
            none.beyond().ifPresent(by -> json.put("by", fields(by)));
        }
        return json;
    }

    private static Map<String, Object> fields(Finding.Sighting by) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "object",
                by.object().kind().toLowerCase(Locale.ROOT) + "/" + by.object().name());
        json.put("resourceVersion", by.resourceVersion());
        json.put("seconds", seconds(by.at()));
        json.put("seen", by.seen());
        json.put("numbers", by.numbers());
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
