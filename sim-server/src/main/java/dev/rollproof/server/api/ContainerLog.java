// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException.Cause;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated container has said. It runs nothing, so it says only what became of it: that it started, and how it ended.
 * Kubernetes' own refusals where it has not started.
 */
final class ContainerLog {
    private record Line(Instant time, String text) {}

    private final List<Line> lines;
    private final boolean ended;
    private final boolean timestamps;
    private final int mostBytes;

    private ContainerLog(List<Line> lines, boolean ended, boolean timestamps, int mostBytes) {
        this.lines = lines;
        this.ended = ended;
        this.timestamps = timestamps;
        this.mostBytes = mostBytes;
    }

    /** Refuses options that no log has, whether there is the pod or not. */
    static void check(Parameters query, String pod) {
        query.number("tailLines").ifPresent(tail -> {
            if (tail < 0) {
                throw invalid(
                        pod,
                        "tailLines",
                        "FieldValueInvalid",
                        "Invalid value: " + tail + ": must be greater than or equal to 0");
            }
        });
        for (String field : List.of("sinceSeconds", "limitBytes")) {
            query.number(field).ifPresent(number -> {
                if (number < 1) {
                    throw invalid(
                            pod, field, "FieldValueInvalid", "Invalid value: " + number + ": must be greater than 0");
                }
            });
        }
        if (query.has("sinceSeconds") && query.has("sinceTime")) {
            throw invalid(
                    pod,
                    "[]",
                    "FieldValueForbidden",
                    "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified");
        }
        Instant ignored = since(query, Instant.EPOCH);
        if (query.has("stream")) {
            throw invalid(pod, "stream", "FieldValueForbidden", "Forbidden: may not be specified");
        }
    }

    private static Refusal invalid(String pod, String field, String reason, String message) {
        return new Refusal(
                422,
                "Invalid",
                "PodLogOptions \"" + pod + "\" is invalid: " + field + ": " + message,
                List.of(new Cause(field, reason, message)));
    }

    /** @param now what {@code sinceSeconds} counts back from */
    static ContainerLog of(Pod pod, Parameters query, Instant now) {
        Container container = container(pod, query.one("container"));
        ContainerState state = state(pod, container, query.isTrue("previous"));
        List<Line> lines = new ArrayList<>();
        ContainerStateTerminated end = state.getTerminated();
        String startedAt = end != null ? end.getStartedAt() : state.getRunning().getStartedAt();
        if (startedAt != null) {
            lines.add(
                    new Line(Instant.parse(startedAt), "simulated container of " + container.getImage() + " started"));
        }
        if (end != null && end.getFinishedAt() != null) {
            String signal = end.getSignal() == null ? "" : " by signal " + end.getSignal();
            lines.add(new Line(
                    Instant.parse(end.getFinishedAt()),
                    "simulated container of " + container.getImage() + " ended with exit code " + end.getExitCode()
                            + signal));
        }
        Instant since = since(query, now);
        lines.removeIf(line -> since != null && line.time().isBefore(since));
        long tail = query.number("tailLines").orElse(Long.MAX_VALUE);
        List<Line> shown = lines.size() > tail ? lines.subList(lines.size() - (int) tail, lines.size()) : lines;
        return new ContainerLog(List.copyOf(shown), end != null, query.isTrue("timestamps"), (int)
                Math.min(Integer.MAX_VALUE, query.number("limitBytes").orElse(Integer.MAX_VALUE)));
    }

    private static @Nullable Instant since(Parameters query, Instant now) {
        if (query.number("sinceSeconds").isPresent()) {
            return now.minus(Duration.ofSeconds(query.number("sinceSeconds").getAsLong()));
        }
        try {
            return query.has("sinceTime") ? Instant.parse(query.one("sinceTime")) : null;
        } catch (java.time.format.DateTimeParseException notOne) {
            throw Refusal.badRequest("sinceTime is no time: " + query.one("sinceTime"));
        }
    }

    private static Container container(Pod pod, String name) {
        String podName = pod.getMetadata().getName();
        List<Container> init = Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.of());
        List<Container> all = pod.getSpec().getContainers();
        if (name.isEmpty()) {
            if (all.size() == 1 && init.isEmpty()) {
                return all.get(0);
            }
            throw Refusal.badRequest("a container name must be specified for pod " + podName + ", choose one of: ["
                    + String.join(" ", all.stream().map(Container::getName).toList()) + "]"
                    + (init.isEmpty()
                            ? ""
                            : " or one of the init containers: ["
                                    + String.join(
                                            " ",
                                            init.stream()
                                                    .map(Container::getName)
                                                    .toList())
                                    + "]"));
        }
        return Stream.concat(all.stream(), init.stream())
                .filter(container -> container.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.badRequest("container " + name + " is not valid for pod " + podName));
    }

    private static ContainerState state(Pod pod, Container container, boolean previous) {
        String quoted = "container \"" + container.getName() + "\" in pod \""
                + pod.getMetadata().getName() + "\"";
        ContainerStatus status = pod.getStatus() == null
                ? null
                : Stream.concat(
                                Objects.requireNonNullElse(
                                        pod.getStatus().getContainerStatuses(), List.<ContainerStatus>of())
                                        .stream(),
                                Objects.requireNonNullElse(
                                        pod.getStatus().getInitContainerStatuses(), List.<ContainerStatus>of())
                                        .stream())
                        .filter(one -> one.getName().equals(container.getName()))
                        .findFirst()
                        .orElse(null);
        ContainerState last = status == null ? null : status.getLastState();
        if (previous) {
            if (last == null || last.getTerminated() == null) {
                throw Refusal.badRequest("previous terminated " + quoted + " not found");
            }
            return last;
        }
        ContainerState state = status == null ? null : status.getState();
        if (state != null && (state.getRunning() != null || state.getTerminated() != null)) {
            return state;
        }
        String reason = state == null || state.getWaiting() == null
                ? null
                : state.getWaiting().getReason();
        if (last != null && last.getTerminated() != null) {
            // In its back-off: what it said last is still there.
            return last;
        }
        throw Refusal.badRequest(
                quoted + " is waiting to start: " + (reason == null ? "ContainerCreating" : waiting(reason)));
    }

    /** Where its image is the trouble, Kubernetes says so in a sentence. */
    private static String waiting(String reason) {
        return switch (reason) {
            case "ImagePullBackOff" -> "trying and failing to pull image";
            case "ErrImagePull" -> "image can't be pulled";
            default -> reason;
        };
    }

    int lines() {
        return lines.size();
    }

    /** Whether it says nothing more. */
    boolean ended() {
        return ended;
    }

    /** From a line on, counted from 0. */
    String text(int from) {
        StringBuilder text = new StringBuilder();
        for (Line line : lines.subList(Math.min(from, lines.size()), lines.size())) {
            text.append(timestamps ? line.time() + " " : "").append(line.text()).append('\n');
        }
        return text.length() > mostBytes ? text.substring(0, mostBytes) : text.toString();
    }
}
