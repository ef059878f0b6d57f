// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The columns of the kinds that make pods, and of their revisions. */
final class WorkloadColumns {
    private WorkloadColumns() {}

    static List<Column<Deployment>> deployments(Column<Deployment> name, Column<Deployment> age) {
        List<Column<Deployment>> columns = new ArrayList<>(List.of(
                name,
                Column.text(
                        "Ready",
                        d -> status(d, s -> s.getReadyReplicas()) + "/"
                                + Columns.zero(d.getSpec().getReplicas())),
                Column.text("Up-to-date", d -> status(d, s -> s.getUpdatedReplicas())),
                Column.text("Available", d -> status(d, s -> s.getAvailableReplicas())),
                age));
        columns.addAll(
                templates(d -> d.getSpec().getTemplate(), d -> d.getSpec().getSelector()));
        return columns;
    }

    private static int status(Deployment deployment, Function<DeploymentStatus, @Nullable Integer> field) {
        return deployment.getStatus() == null ? 0 : Columns.zero(field.apply(deployment.getStatus()));
    }

    static List<Column<ReplicaSet>> replicaSets(Column<ReplicaSet> name, Column<ReplicaSet> age) {
        List<Column<ReplicaSet>> columns = new ArrayList<>(List.of(
                name,
                Column.number("Desired", set -> Columns.zero(set.getSpec().getReplicas())),
                Column.number(
                        "Current",
                        set -> set.getStatus() == null
                                ? 0
                                : Columns.zero(set.getStatus().getReplicas())),
                Column.number(
                        "Ready",
                        set -> set.getStatus() == null
                                ? 0
                                : Columns.zero(set.getStatus().getReadyReplicas())),
                age));
        columns.addAll(templates(
                set -> set.getSpec().getTemplate(), set -> set.getSpec().getSelector()));
        return columns;
    }

    static List<Column<StatefulSet>> statefulSets(Column<StatefulSet> name, Column<StatefulSet> age) {
        List<Column<StatefulSet>> columns = new ArrayList<>(List.of(
                name,
                Column.text(
                        "Ready",
                        set -> (set.getStatus() == null
                                        ? 0
                                        : Columns.zero(set.getStatus().getReadyReplicas()))
                                + "/" + Columns.zero(set.getSpec().getReplicas())),
                age));
        // Of its templates' columns, the selector is not shown.
        columns.addAll(templates(
                        (StatefulSet set) -> set.getSpec().getTemplate(),
                        set -> set.getSpec().getSelector())
                .subList(0, 2));
        return columns;
    }

    static List<Column<DaemonSet>> daemonSets(Column<DaemonSet> name, Column<DaemonSet> age) {
        List<Column<DaemonSet>> columns = new ArrayList<>(List.of(
                name,
                counted("Desired", DaemonSetStatus::getDesiredNumberScheduled),
                counted("Current", DaemonSetStatus::getCurrentNumberScheduled),
                counted("Ready", DaemonSetStatus::getNumberReady),
                counted("Up-to-date", DaemonSetStatus::getUpdatedNumberScheduled),
                counted("Available", DaemonSetStatus::getNumberAvailable),
                Column.text("Node Selector", WorkloadColumns::nodeSelector),
                age));
        columns.addAll(templates(
                (DaemonSet set) -> set.getSpec().getTemplate(),
                set -> set.getSpec().getSelector()));
        return columns;
    }

    private static Column<DaemonSet> counted(String name, Function<DaemonSetStatus, @Nullable Integer> field) {
        return Column.number(name, set -> set.getStatus() == null ? 0 : Columns.zero(field.apply(set.getStatus())));
    }

    private static String nodeSelector(DaemonSet set) {
        Map<String, String> selector = set.getSpec().getTemplate().getSpec().getNodeSelector();
        return Columns.orNone(new TreeMap<>(Objects.requireNonNullElse(selector, Map.<String, String>of()))
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(",")));
    }

    static List<Column<ControllerRevision>> revisions(Column<ControllerRevision> name, Column<ControllerRevision> age) {
        return List.of(
                name,
                Column.text("Controller", WorkloadColumns::controller),
                Column.text("Revision", revision -> revision.getRevision()),
                age);
    }

    private static String controller(ControllerRevision revision) {
        OwnerReference owner = Metadata.controllerOf(revision);
        if (owner == null) {
            return Columns.orNone("");
        }
        int slash = owner.getApiVersion().indexOf('/');
        String group = slash < 0 ? "" : "." + owner.getApiVersion().substring(0, slash);
        return (owner.getKind() + group).toLowerCase(Locale.ROOT) + "/" + owner.getName();
    }

    private static <T> List<Column<T>> templates(
            Function<T, PodTemplateSpec> template, Function<T, @Nullable LabelSelector> selector) {
        return List.of(
                Column.wide("Containers", object -> containers(template.apply(object), Container::getName)),
                Column.wide("Images", object -> containers(template.apply(object), Container::getImage)),
                Column.wide("Selector", object -> Columns.orNone(LabelSelectors.text(selector.apply(object)))));
    }

    private static String containers(PodTemplateSpec template, Function<Container, @Nullable String> field) {
        return template.getSpec().getContainers().stream()
                .map(container -> Objects.requireNonNullElse(field.apply(container), ""))
                .collect(Collectors.joining(","));
    }
}
