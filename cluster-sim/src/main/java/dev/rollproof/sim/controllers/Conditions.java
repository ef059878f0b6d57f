// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Deployment's conditions, as one sync changes them: a list of frozen conditions in the order in which they were set. */
final class Conditions {
    static final String PROGRESSING = "Progressing";
    static final String AVAILABLE = "Available";
    static final String REPLICA_FAILURE = "ReplicaFailure";

    private List<DeploymentCondition> list;

    Conditions(@Nullable List<DeploymentCondition> list) {
        this.list = list == null ? List.of() : list;
    }

    List<DeploymentCondition> list() {
        return list;
    }

    @Nullable
    DeploymentCondition find(String type) {
        for (DeploymentCondition condition : list) {
            if (type.equals(condition.getType())) {
                return condition;
            }
        }
        return null;
    }

    /** Where status and reason are the same, nothing changes, not even the message. */
    void set(DeploymentCondition condition) {
        DeploymentCondition before = find(condition.getType());
        if (before != null && condition.getStatus().equals(before.getStatus())) {
            if (condition.getReason().equals(before.getReason())) {
                return;
            }
            condition.setLastTransitionTime(before.getLastTransitionTime());
        }
        append(condition);
    }

    /** Sets a condition anew even where nothing about it changes; only its transition time stays. */
    void renew(DeploymentCondition condition) {
        DeploymentCondition before = find(condition.getType());
        if (before != null && condition.getStatus().equals(before.getStatus())) {
            condition.setLastTransitionTime(before.getLastTransitionTime());
        }
        append(condition);
    }

    private void append(DeploymentCondition condition) {
        remove(condition.getType());
        List<DeploymentCondition> longer = new ArrayList<>(list);
        longer.add(condition);
        list = longer;
    }

    void remove(String type) {
        if (find(type) != null) {
            list = list.stream().filter(c -> !type.equals(c.getType())).toList();
        }
    }

    static DeploymentCondition of(String type, String status, String reason, String message, String now) {
        DeploymentCondition condition = new DeploymentCondition();
        condition.setType(type);
        condition.setStatus(status);
        condition.setReason(reason);
        condition.setMessage(message);
        condition.setLastUpdateTime(now);
        condition.setLastTransitionTime(now);
        return condition;
    }
}
