// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicy;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategy;
import java.util.Objects;

/** The defaults of a StatefulSet. */
final class StatefulSetDefaults {
    private StatefulSetDefaults() {}

    static void setOn(StatefulSetSpec spec, int minor) {
        if (Texts.isEmpty(spec.getPodManagementPolicy())) {
            spec.setPodManagementPolicy("OrderedReady");
        }
        if (spec.getUpdateStrategy() == null) {
            spec.setUpdateStrategy(new StatefulSetUpdateStrategy());
        }
        strategy(spec.getUpdateStrategy(), minor);
        StatefulSetPersistentVolumeClaimRetentionPolicy claims = Objects.requireNonNullElseGet(
                spec.getPersistentVolumeClaimRetentionPolicy(), StatefulSetPersistentVolumeClaimRetentionPolicy::new);
        claims.setWhenDeleted(Texts.isEmpty(claims.getWhenDeleted()) ? "Retain" : claims.getWhenDeleted());
        claims.setWhenScaled(Texts.isEmpty(claims.getWhenScaled()) ? "Retain" : claims.getWhenScaled());
        spec.setPersistentVolumeClaimRetentionPolicy(claims);
        spec.setReplicas(Objects.requireNonNullElse(spec.getReplicas(), 1));
        spec.setRevisionHistoryLimit(Objects.requireNonNullElse(spec.getRevisionHistoryLimit(), 10));
        spec.setServiceName(Texts.orEmpty(spec.getServiceName()));
        spec.setMinReadySeconds(ZeroValues.said(spec.getMinReadySeconds()));
        if (spec.getOrdinals() != null && spec.getOrdinals().getStart() == null) {
            spec.getOrdinals().setStart(0);
        }
        PodDefaults.setOn(spec.getTemplate());
        if (spec.getVolumeClaimTemplates() != null) {
            spec.getVolumeClaimTemplates().forEach(VolumeDefaults::setOnTemplate);
        }
    }

    private static void strategy(StatefulSetUpdateStrategy strategy, int minor) {
        if (Texts.isEmpty(strategy.getType())) {
            strategy.setType("RollingUpdate");
            if (strategy.getRollingUpdate() == null) {
                strategy.setRollingUpdate(new RollingUpdateStatefulSetStrategy());
            }
        }
        RollingUpdateStatefulSetStrategy rolling = strategy.getRollingUpdate();
        if (!strategy.getType().equals("RollingUpdate") || rolling == null) {
            return;
        }
        rolling.setPartition(Objects.requireNonNullElse(rolling.getPartition(), 0));
        if (minor < 37) {
            // A field of an alpha version (KEP-961), which a server without it drops.
            rolling.setMaxUnavailable(null);
        } else if (rolling.getMaxUnavailable() == null) {
            rolling.setMaxUnavailable(new IntOrString(1));
        }
    }
}
