// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Status objects that the API answers with where it has no other object. */
final class StatusObjects {
    /** What a message is about: {@code deployments.apps "clock" not found}, and the like. */
    private static final Pattern SUBJECT =
            Pattern.compile("^(?:Operation cannot be fulfilled on )?([A-Za-z]+)((?:\\.[a-z0-9]+)*) \"([^\"]*)\"");

    private StatusObjects() {}

    static Answer.Whole answer(ClusterException refused) {
        int code = Refusal.codeOf(refused);
        return retrying(Answer.Whole.json(code, bytes(tree(refused))), retryAfter(refused));
    }

    static Answer.Whole answer(Refusal refused) {
        Map<String, Object> status = failure(
                refused.code(),
                refused.reason(),
                String.valueOf(refused.getMessage()),
                refused.causes(),
                refused.retryAfterSeconds());
        return retrying(Answer.Whole.json(refused.code(), bytes(status)), refused.retryAfterSeconds());
    }

    private static Answer.Whole retrying(Answer.Whole answer, int seconds) {
        return seconds > 0 ? answer.with("Retry-After", Integer.toString(seconds)) : answer;
    }

    private static int retryAfter(ClusterException refused) {
        return refused.reason() == Reason.TOO_MANY_REQUESTS ? 1 : 0;
    }

    /** The Status of a refusal, as a watch tells it. */
    static Map<String, Object> tree(ClusterException refused) {
        String message = String.valueOf(refused.getMessage());
        // What is no refusal in Kubernetes' own words has status 500 and no reason there.
        boolean isPlain = refused.reason() == Reason.UNKNOWN
                || refused.reason() == Reason.INTERNAL_ERROR && !message.startsWith("Internal error occurred");
        return failure(
                Refusal.codeOf(refused),
                isPlain ? "" : refused.reason().text(),
                message,
                refused.causes(),
                retryAfter(refused));
    }

    /** @param retryAfterSeconds when to ask again; 0 to leave that open */
    static Map<String, Object> failure(
            int code, String reason, String message, List<Cause> causes, int retryAfterSeconds) {
        Map<String, Object> status = head("Failure");
        status.put("message", message);
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        Map<String, Object> details = new LinkedHashMap<>();
        Matcher subject = SUBJECT.matcher(message);
        if (subject.find()) {
            if (!subject.group(3).isEmpty()) {
                details.put("name", subject.group(3));
            }
            if (!subject.group(2).isEmpty()) {
                details.put("group", subject.group(2).substring(1));
            }
            details.put("kind", subject.group(1));
        }
        if (!causes.isEmpty()) {
            List<Map<String, Object>> all = new ArrayList<>();
            for (Cause cause : causes) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("reason", cause.reason());
                one.put("message", cause.message());
                if (!cause.field().isEmpty()) {
                    one.put("field", cause.field());
                }
                all.add(one);
            }
            details.put("causes", all);
        }
        if (retryAfterSeconds > 0) {
            details.put("retryAfterSeconds", retryAfterSeconds);
        }
        if (!details.isEmpty() || reason.equals("NotFound") || reason.equals("MethodNotAllowed")) {
            status.put("details", details);
        }
        status.put("code", code);
        return status;
    }

    /** What is answered where an object was deleted and is gone. */
    static byte[] deleted(ResourceType<?> type, HasMetadata object) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", object.getMetadata().getName());
        if (!type.group().isEmpty()) {
            details.put("group", type.group());
        }
        details.put("kind", type.plural());
        details.put("uid", object.getMetadata().getUid());
        Map<String, Object> status = head("Success");
        status.put("details", details);
        return bytes(status);
    }

    /** That something was done which leaves no object to show. */
    static byte[] success(int code) {
        Map<String, Object> status = head("Success");
        status.put("code", code);
        return bytes(status);
    }

    private static Map<String, Object> head(String outcome) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        status.put("metadata", Map.of());
        status.put("status", outcome);
        return status;
    }

    static byte[] bytes(Map<String, ?> tree) {
        return Models.toJson(tree).getBytes(StandardCharsets.UTF_8);
    }
}
