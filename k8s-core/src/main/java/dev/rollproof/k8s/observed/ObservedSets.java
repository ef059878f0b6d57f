// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import static dev.rollproof.k8s.observed.Observed.orElse;
import static dev.rollproof.k8s.observed.Observed.orEmpty;
import static dev.rollproof.k8s.observed.Observed.text;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetCondition;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetCondition;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of {@link Observed} that is about StatefulSets and DaemonSets. */
final class ObservedSets {
    private static final String ROLLING_UPDATE = "RollingUpdate";
    private static final String ON_DELETE = "OnDelete";

    private ObservedSets() {}

    static ObservedStatefulSet from(StatefulSet set) {
        StatefulSetSpec spec = orElse(set.getSpec(), StatefulSetSpec::new);
        StatefulSetStatus status = orElse(set.getStatus(), StatefulSetStatus::new);
        return new ObservedStatefulSet(
                Observed.metadata(set),
                orElse(spec.getReplicas(), 1),
                Observed.selectorText(spec.getSelector()),
                PodTemplate.from(spec.getTemplate()),
                strategy(spec.getUpdateStrategy()),
                orElse(spec.getPodManagementPolicy(), "OrderedReady"),
                spec.getOrdinals() == null ? 0 : orElse(spec.getOrdinals().getStart(), 0),
                orElse(spec.getMinReadySeconds(), 0),
                orElse(status.getObservedGeneration(), 0L),
                orElse(status.getReplicas(), 0),
                orElse(status.getReadyReplicas(), 0),
                orElse(status.getAvailableReplicas(), 0),
                orElse(status.getCurrentReplicas(), 0),
                orElse(status.getUpdatedReplicas(), 0),
                orEmpty(status.getCurrentRevision()),
                orEmpty(status.getUpdateRevision()),
                statefulSetConditions(status.getConditions()));
    }

    private static ObservedStatefulSet.UpdateStrategy strategy(@Nullable StatefulSetUpdateStrategy strategy) {
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        return new ObservedStatefulSet.UpdateStrategy(
                strategy == null ? ROLLING_UPDATE : orElse(strategy.getType(), ROLLING_UPDATE),
                rolling == null ? 0 : orElse(rolling.getPartition(), 0));
    }

    private static List<ObservedCondition> statefulSetConditions(@Nullable List<StatefulSetCondition> conditions) {
        List<ObservedCondition> observed = new ArrayList<>();
        for (StatefulSetCondition condition : orElse(conditions, List.<StatefulSetCondition>of())) {
            observed.add(Observed.condition(
                    condition.getType(),
                    condition.getStatus(),
                    condition.getReason(),
                    condition.getMessage(),
                    condition.getLastTransitionTime()));
        }
        return observed;
    }

    static ObservedDaemonSet from(DaemonSet set) {
        DaemonSetSpec spec = orElse(set.getSpec(), DaemonSetSpec::new);
        DaemonSetStatus status = orElse(set.getStatus(), DaemonSetStatus::new);
        return new ObservedDaemonSet(
                Observed.metadata(set),
                Observed.selectorText(spec.getSelector()),
                PodTemplate.from(spec.getTemplate()),
                strategy(spec.getUpdateStrategy()),
                orElse(spec.getMinReadySeconds(), 0),
                orElse(status.getObservedGeneration(), 0L),
                orElse(status.getDesiredNumberScheduled(), 0),
                orElse(status.getCurrentNumberScheduled(), 0),
                orElse(status.getNumberMisscheduled(), 0),
                orElse(status.getUpdatedNumberScheduled(), 0),
                orElse(status.getNumberReady(), 0),
                orElse(status.getNumberAvailable(), 0),
                daemonSetConditions(status.getConditions()));
    }

    private static ObservedDaemonSet.UpdateStrategy strategy(@Nullable DaemonSetUpdateStrategy strategy) {
        if (strategy != null && ON_DELETE.equals(strategy.getType())) {
            return new ObservedDaemonSet.UpdateStrategy(ON_DELETE, "", "");
        }
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        return new ObservedDaemonSet.UpdateStrategy(
                ROLLING_UPDATE,
                rolling == null ? "0" : text(rolling.getMaxSurge(), "0"),
                rolling == null ? "1" : text(rolling.getMaxUnavailable(), "1"));
    }

    private static List<ObservedCondition> daemonSetConditions(@Nullable List<DaemonSetCondition> conditions) {
        List<ObservedCondition> observed = new ArrayList<>();
        for (DaemonSetCondition condition : orElse(conditions, List.<DaemonSetCondition>of())) {
            observed.add(Observed.condition(
                    condition.getType(),
                    condition.getStatus(),
                    condition.getReason(),
                    condition.getMessage(),
                    condition.getLastTransitionTime()));
        }
        return observed;
    }
}
