// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules for DaemonSets. Source: pkg/apis/apps/validation. */
final class DaemonSetValidation {
    private static final String ROLLING = "spec.updateStrategy.rollingUpdate";

    private DaemonSetValidation() {}

    static void validate(DaemonSetSpec spec, int minor, FieldErrors errors) {
        LabelSelector selector = spec.getSelector();
        boolean comparable = selector == null || SelectorValidation.validate(selector, "spec.selector", errors);
        if (selector != null && SelectorValidation.isEmpty(selector)) {
            errors.invalid("spec.selector", Map.of(), "empty selector is invalid for daemonset");
        }
        WorkloadValidation.template(
                spec.getTemplate(), comparable ? selector : null, selector, "DaemonSet", minor, errors);
        WorkloadValidation.nonNegative("spec.minReadySeconds", spec.getMinReadySeconds(), errors);
        DaemonSetUpdateStrategy strategy = spec.getUpdateStrategy();
        if (strategy != null && strategy.getType() != null) {
            strategy(strategy, errors);
        }
        WorkloadValidation.nonNegative("spec.revisionHistoryLimit", spec.getRevisionHistoryLimit(), errors);
    }

    private static void strategy(DaemonSetUpdateStrategy strategy, FieldErrors errors) {
        RollingUpdateDaemonSet rolling = strategy.getRollingUpdate();
        if (strategy.getType().equals("RollingUpdate")) {
            if (rolling == null) {
                errors.required(ROLLING);
            } else {
                rolling(rolling, errors);
            }
        } else if (!strategy.getType().equals("OnDelete")) {
            Map<String, @Nullable Object> shown = new LinkedHashMap<>();
            shown.put("Type", strategy.getType());
            shown.put("RollingUpdate", null);
            errors.notSupported("spec.updateStrategy", shown, List.of("RollingUpdate", "OnDelete"));
        }
    }

    private static void rolling(RollingUpdateDaemonSet rolling, FieldErrors errors) {
        String unavailable = ROLLING + ".maxUnavailable";
        String surge = ROLLING + ".maxSurge";
        IntOrPercent.validate(unavailable, rolling.getMaxUnavailable(), errors);
        IntOrPercent.validate(surge, rolling.getMaxSurge(), errors);
        IntOrPercent.notMoreThanAll(unavailable, rolling.getMaxUnavailable(), errors);
        IntOrPercent.notMoreThanAll(surge, rolling.getMaxSurge(), errors);
        boolean noneUnavailable = IntOrPercent.isZero(rolling.getMaxUnavailable());
        boolean noSurge = IntOrPercent.isZero(rolling.getMaxSurge());
        if (!noneUnavailable && !noSurge) {
            errors.invalid(
                    surge, IntOrPercent.shown(rolling.getMaxSurge()), "may not be set when maxUnavailable is non-zero");
        } else if (noneUnavailable && noSurge) {
            errors.required(unavailable, "cannot be 0 when maxSurge is 0");
        }
    }
}
