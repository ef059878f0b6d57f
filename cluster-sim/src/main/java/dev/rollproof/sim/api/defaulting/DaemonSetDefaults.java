// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The defaults of a DaemonSet, and the number of its template, which an annotation keeps since the field is gone. */
public final class DaemonSetDefaults {
    private static final String GENERATION = "deprecated.daemonset.template.generation";

    private DaemonSetDefaults() {}

    static void setOn(DaemonSetSpec spec) {
        DaemonSetUpdateStrategy strategy =
                Objects.requireNonNullElseGet(spec.getUpdateStrategy(), DaemonSetUpdateStrategy::new);
        spec.setUpdateStrategy(strategy);
        if (Texts.isEmpty(strategy.getType())) {
            strategy.setType("RollingUpdate");
        }
        if (strategy.getType().equals("RollingUpdate")) {
            RollingUpdateDaemonSet rolling =
                    Objects.requireNonNullElseGet(strategy.getRollingUpdate(), RollingUpdateDaemonSet::new);
            strategy.setRollingUpdate(rolling);
            if (rolling.getMaxUnavailable() == null) {
                rolling.setMaxUnavailable(new IntOrString(1));
            }
            if (rolling.getMaxSurge() == null) {
                rolling.setMaxSurge(new IntOrString(0));
            }
        }
        spec.setRevisionHistoryLimit(Objects.requireNonNullElse(spec.getRevisionHistoryLimit(), 10));
        spec.setMinReadySeconds(ZeroValues.said(spec.getMinReadySeconds()));
        PodDefaults.setOn(spec.getTemplate());
    }

    /**
     * Counts a new or changed template. What clients say about the number does not count.
     *
     * @param stored what it replaces; null for nothing
     */
    public static void countTemplates(DaemonSet set, @Nullable DaemonSet stored) {
        long number = Math.max(1, number(stored == null ? set : stored));
        if (stored != null
                && set.getSpec() != null
                && !Objects.equals(set.getSpec().getTemplate(), stored.getSpec().getTemplate())) {
            number++;
        }
        set.getMetadata()
                .setAnnotations(Frozen.with(set.getMetadata().getAnnotations(), GENERATION, Long.toString(number)));
    }

    private static long number(DaemonSet set) {
        String text = Metadata.annotation(set, GENERATION);
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
