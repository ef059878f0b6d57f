// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.observed.ObservedReplicaSet;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The ReplicaSets of the Deployment, as their own stream tells of them. By name. */
record Sizes(Map<String, ObservedReplicaSet> sets) {
    Sizes with(ObservedReplicaSet set, boolean deleted) {
        Map<String, ObservedReplicaSet> changed = new TreeMap<>(sets);
        if (deleted) {
            changed.remove(set.metadata().name());
        } else {
            changed.put(set.metadata().name(), set);
        }
        return new Sizes(Collections.unmodifiableMap(changed));
    }

    int sum() {
        return sets.values().stream().mapToInt(ObservedReplicaSet::replicas).sum();
    }

    int largest() {
        return sets.values().stream()
                .mapToInt(ObservedReplicaSet::replicas)
                .max()
                .orElse(0);
    }

    String numbers() {
        StringBuilder numbers = new StringBuilder();
        sets.forEach((name, set) -> {
            if (set.replicas() > 0) {
                numbers.append(numbers.isEmpty() ? "" : " + ")
                        .append(set.replicas())
                        .append(" for ")
                        .append(name);
            }
        });
        return sum() + " pods asked for (" + numbers + ")";
    }

    /** The first whose status is behind its spec. */
    Optional<String> unsettled() {
        for (ObservedReplicaSet set : sets.values()) {
            if (set.observedGeneration() != set.metadata().generation() || set.statusReplicas() != set.replicas()) {
                return Optional.of("ReplicaSet/" + set.metadata().name() + " had " + set.statusReplicas() + " of "
                        + set.replicas() + " pods");
            }
        }
        return Optional.empty();
    }
}
