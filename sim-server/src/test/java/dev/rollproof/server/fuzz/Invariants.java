// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.fuzz;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.server.api.Answer;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What holds after every request, whatever it was. Throws an AssertionError that has the request in it where it does not. */
final class Invariants {
    private final String request;
    private final Answer.Whole answer;
    private final long versionBefore;
    private final long versionAfter;
    private final boolean dryRun;

    Invariants(String request, Answer.Whole answer, long versionBefore, long versionAfter, boolean dryRun) {
        this.request = request;
        this.answer = answer;
        this.versionBefore = versionBefore;
        this.versionAfter = versionAfter;
        this.dryRun = dryRun;
    }

    private String text() {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + "\nrequest: " + request + "\nanswer: " + answer.status() + " " + text());
        }
    }

    <T extends HasMetadata> void check(ResourceType<T> type, @Nullable T before, @Nullable T after, String part) {
        require(answer.status() >= 200 && answer.status() < 600, "an answer has a code");
        require(answer.status() < 500 || isTheServersOwn(), "no request is the server's fault");
        if (answer.contentType().startsWith(Answer.JSON)) {
            require(Models.parseJson(text()) != null, "an answer is JSON");
        }
        require(versionAfter >= versionBefore, "versions grow");
        if (answer.status() >= 400 || dryRun) {
            require(versionAfter == versionBefore, "what was refused, or tried only, changes nothing");
            require(before == after, "the object is the same");
            return;
        }
        if (before == null || after == null || before == after) {
            return;
        }
        ObjectMeta was = before.getMetadata();
        ObjectMeta is = after.getMetadata();
        require(version(is) > version(was), "a changed object has a later version");
        require(version(is) > versionBefore && version(is) <= versionAfter, "its version is of this write");
        require(
                Objects.equals(was.getUid(), is.getUid())
                        && Objects.equals(was.getCreationTimestamp(), is.getCreationTimestamp()),
                "an object stays the one that was created");
        checkParts(type, before, after, part);
    }

    private <T extends HasMetadata> void checkParts(ResourceType<T> type, T before, T after, String part) {
        Map<String, Object> was = Models.toTree(before);
        Map<String, Object> is = Models.toTree(after);
        boolean sameSpec = Objects.equals(was.get("spec"), is.get("spec"));
        ObjectMeta metadata = before.getMetadata();
        boolean marked =
                metadata.getDeletionTimestamp() == null && after.getMetadata().getDeletionTimestamp() != null;
        boolean annotated =
                !Objects.equals(metadata.getAnnotations(), after.getMetadata().getAnnotations());
        Long from = metadata.getGeneration();
        Long to = after.getMetadata().getGeneration();
        if (from != null && to != null) {
            require(
                    to.equals(from) || to.equals(from + 1),
                    "a generation goes up by one, or stays: from " + from + " to " + to);
            boolean mayGrow = !sameSpec || annotated || isDeletion();
            require(to.equals(from) || mayGrow, "a generation grows with the spec only");
            require(sameSpec || to.equals(from + 1), "a changed spec is a new generation");
        } else {
            require(Objects.equals(from, to), "an object has generations, or has none");
        }
        if (part.equals("status")) {
            require(sameSpec, "a write to the status leaves the spec");
        } else if (part.isEmpty() && type.hasStatus() && !marked) {
            require(Objects.equals(was.get("status"), is.get("status")), "a write to the object leaves its status");
        }
    }

    private boolean isDeletion() {
        return request.startsWith("DELETE") || request.contains("/eviction");
    }

    /** So answers a real server, too: where it cannot make sense of an applied manifest, or a new object has a version. */
    private boolean isTheServersOwn() {
        return request.contains("apply-patch")
                        && (text().contains("failed to create typed patch object")
                                || text().contains("failed to convert new object"))
                || text().contains("resourceVersion should not be set on objects to be created")
                || answer.status() == 501;
    }

    private static long version(ObjectMeta metadata) {
        return Long.parseLong(metadata.getResourceVersion());
    }
}
