// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.strategies.plan.Warning.Kind;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is worth a second thought about a change. */
final class Warnings {
    /** Pods keep away others of their namespace, whichever it is. */
    private static final String WHICHEVER = "default";

    private final Prognosis known;
    private final int most;
    private final List<Warning> warnings = new ArrayList<>();

    private Warnings(Prognosis known, int most) {
        this.known = known;
        this.most = most;
    }

    /** About what the Deployment controller does by itself. */
    static List<Warning> of(Prognosis known) {
        boolean surges = known.changed() && known.replicasBefore() > 0 && known.rolling();
        return of(known, known.replicas() + (surges ? known.posts().surge() : 0));
    }

    /** @param most how many pods are asked for at once, at the most */
    static List<Warning> of(Prognosis known, int most) {
        Warnings warnings = new Warnings(known, most);
        warnings.overlaps();
        if (!known.changed()) {
            warnings.warn(
                    Kind.UNCHANGED,
                    "the template is unchanged, image and all, so no pod is replaced;"
                            + " to replace them nevertheless, restart the rollout");
        }
        warnings.images();
        if (known.rolling() && known.replicasBefore() > 0) {
            warnings.rounding();
            warnings.singleReplica();
        }
        warnings.deadline();
        warnings.containers();
        warnings.room();
        warnings.unseen();
        return warnings.warnings;
    }

    private void warn(Kind kind, String text) {
        warnings.add(new Warning(kind, text));
    }

    private void rounding() {
        var strategy = known.next().getSpec().getStrategy();
        var limits = strategy == null ? null : strategy.getRollingUpdate();
        int replicas = known.replicas();
        String surge = percent(limits == null ? null : limits.getMaxSurge());
        String unavailable = percent(limits == null ? null : limits.getMaxUnavailable());
        if (isUneven(surge, replicas)) {
            warn(
                    Kind.ROUNDING,
                    "maxSurge " + surge + " of " + replicas + " rounds up to "
                            + known.posts().surge());
        }
        if (isUneven(unavailable, replicas)) {
            int down = (int) (percentage(unavailable) * replicas / 100);
            warn(
                    Kind.ROUNDING,
                    "maxUnavailable " + unavailable + " of " + replicas + " rounds down to " + down
                            + (down == known.posts().unavailable()
                                    ? ""
                                    : "; as maxSurge is 0 too, nothing could move, and it is taken as 1"));
        }
    }

    /** A percentage as text; {@code ""} for a number of pods. */
    private static String percent(@Nullable IntOrString limit) {
        if (limit == null) {
            return "25%";
        }
        return limit.getStrVal() == null ? "" : limit.getStrVal();
    }

    private static boolean isUneven(String percent, int replicas) {
        return percent.endsWith("%") && percentage(percent) * replicas % 100 != 0;
    }

    private static long percentage(String percent) {
        return Long.parseLong(percent.substring(0, percent.length() - 1));
    }

    private void singleReplica() {
        if (known.replicas() == 1 && known.posts().unavailable() > 0) {
            warn(
                    Kind.SINGLE_REPLICA,
                    "the one replica may be unavailable, so nobody answers while it is replaced;"
                            + " maxUnavailable: 0 with maxSurge: 1 keeps it until the new one is ready");
        }
    }

    private void deadline() {
        Integer deadline = known.next().getSpec().getProgressDeadlineSeconds();
        int seconds = deadline == null ? 600 : deadline;
        Range available = known.untilAvailable();
        if (seconds != Integer.MAX_VALUE && available.most().compareTo(Duration.ofSeconds(seconds)) > 0) {
            warn(
                    Kind.PROGRESS_DEADLINE,
                    "a new pod takes " + available + " to be available, with minReadySeconds "
                            + known.minReady().toSeconds() + "; progressDeadlineSeconds " + seconds
                            + " may pass before, and the rollout be reported as failed");
        }
    }

    private void containers() {
        boolean probed = false;
        List<String> undrained = new ArrayList<>();
        for (Container container : known.pod().getContainers()) {
            probed |= container.getReadinessProbe() != null;
            if (container.getLifecycle() == null || container.getLifecycle().getPreStop() == null) {
                undrained.add(container.getName());
            }
        }
        if (!probed) {
            warn(
                    Kind.NO_READINESS_PROBE,
                    "no container has a readiness probe: pods get requests as soon as they run,"
                            + " and a version that never works is taken for complete");
        }
        Long grace = known.pod().getTerminationGracePeriodSeconds();
        if (grace != null && grace == 0) {
            warn(Kind.NO_DRAIN, "terminationGracePeriodSeconds is 0: pods are killed with requests in hand");
        } else if (!undrained.isEmpty()) {
            warn(
                    Kind.NO_DRAIN,
                    "no preStop hook in " + String.join(", ", undrained)
                            + ": unless it serves on for some seconds after SIGTERM, requests that are still sent to it are lost");
        }
    }

    private void images() {
        for (Container container : known.pod().getContainers()) {
            String image = Objects.requireNonNullElse(container.getImage(), "");
            String last = image.substring(image.lastIndexOf('/') + 1);
            if (!image.contains("@") && (!last.contains(":") || last.endsWith(":latest"))) {
                warn(
                        Kind.IMAGE_TAG,
                        "image " + image + (last.contains(":") ? "" : " has no tag, which means latest, and")
                                + " can be another image tomorrow: no change is seen then, and going back is not possible");
            }
        }
        if (known.changed() && known.current().isPresent()) {
            List<String> before = images(known.current().get());
            if (before.equals(images(known.next()))) {
                warn(
                        Kind.IMAGE_TAG,
                        "the images are unchanged (" + String.join(", ", before)
                                + "): only other fields of the template differ");
            }
        }
    }

    private static List<String> images(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().stream()
                .map(container -> Objects.requireNonNullElse(container.getImage(), ""))
                .toList();
    }

    /** For every size that is asked for; what terminates has to fit too, but goes by itself. */
    private void room() {
        warnings.addAll(Refusals.of(known, most));
        Resources requested = known.requested().times(most);
        Optional<String> alone = whyAlone(known.next());
        String nodesAre = alone.isEmpty() ? "the nodes are too small" : "there are too few nodes";
        known.assumptions()
                .nodes()
                .ifPresent(nodes -> nodes.missing(most, requested)
                        .forEach(missing -> warn(
                                Kind.NODES,
                                nodesAre + ": the rollout needs " + missing
                                        + alone.map(why -> "; a node takes one of them: " + why)
                                                .orElse(""))));
    }

    private static Optional<String> whyAlone(Deployment deployment) {
        PodTemplateSpec template = deployment.getSpec().getTemplate();
        return Room.whyAlone(new PodBuilder()
                .withNewMetadata()
                .withNamespace(WHICHEVER)
                .withLabels(
                        template.getMetadata() == null
                                ? null
                                : template.getMetadata().getLabels())
                .endMetadata()
                .withSpec(template.getSpec())
                .build());
    }

    private void unseen() {
        if (!known.assumptions().unseen().isEmpty()) {
            warn(
                    Kind.UNSEEN,
                    "not looked at, as there is no right to list them: "
                            + String.join(", ", known.assumptions().unseen()));
        }
    }

    private void overlaps() {
        for (Deployment other : known.assumptions().others()) {
            if (other.getMetadata().getName().equals(known.next().getMetadata().getName()) || isElsewhere(other)) {
                continue;
            }
            if (Selectors.matchesByLabelsAlone(known.next().getSpec().getSelector(), labels(other))) {
                warn(
                        Kind.OVERLAPPING_SELECTORS,
                        "the selector also matches the pods of Deployment/"
                                + other.getMetadata().getName());
            }
            if (Selectors.matchesByLabelsAlone(other.getSpec().getSelector(), labels(known.next()))) {
                warn(
                        Kind.OVERLAPPING_SELECTORS,
                        "the selector of Deployment/" + other.getMetadata().getName() + " also matches these pods");
            }
        }
    }

    /** A selector matches pods of its own namespace only. Who names no namespace may be anywhere. */
    private boolean isElsewhere(Deployment other) {
        String there = other.getMetadata().getNamespace();
        String here = known.next().getMetadata().getNamespace();
        return there != null && here != null && !there.equals(here);
    }

    private static Map<String, String> labels(Deployment deployment) {
        var metadata = deployment.getSpec().getTemplate().getMetadata();
        return metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
    }
}
