// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How a change of a Deployment's size is split over its ReplicaSets in the middle of a rollout. */
final class ProportionalScaling {
    private ProportionalScaling() {}

    /**
     * An active ReplicaSet.
     *
     * @param maxReplicas its annotation of how many pods the Deployment could have when it was last sized; 0 for none
     */
    record Part(String name, Instant created, int spec, int maxReplicas) {}

    /**
     * @param statusReplicas the Deployment's status, which stands in for an absent annotation
     * @return the new size of each part, in the given order
     */
    static List<Integer> scale(List<Part> parts, int replicas, int surge, int statusReplicas) {
        int allowed = replicas > 0 ? replicas + surge : 0;
        int toAdd = allowed - parts.stream().mapToInt(Part::spec).sum();
        List<Part> order = new ArrayList<>(parts);
        Comparator<Part> byAge = Comparator.comparing(Part::created);
        order.sort(Comparator.comparingInt(Part::spec)
                .reversed()
                .thenComparing(toAdd > 0 ? byAge.reversed() : byAge)
                .thenComparing(Part::name));
        int[] sizes = new int[order.size()];
        int added = 0;
        for (int i = 0; i < sizes.length; i++) {
            Part part = order.get(i);
            int share = 0;
            if (part.spec != 0 && toAdd != 0 && toAdd != added) {
                int fraction = fraction(part, replicas, surge, statusReplicas);
                share = toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
            }
            sizes[i] = part.spec + share;
            added += share;
        }
        if (sizes.length > 0 && toAdd != 0) {
            sizes[0] = Math.max(0, sizes[0] + toAdd - added);
        }
        List<Integer> inGivenOrder = new ArrayList<>();
        for (Part part : parts) {
            inGivenOrder.add(sizes[order.indexOf(part)]);
        }
        return inGivenOrder;
    }

    /** One part's share of the change, rounded half away from zero. */
    static int fraction(Part part, int replicas, int surge, int statusReplicas) {
        if (replicas == 0) {
            return -part.spec;
        }
        int before = part.maxReplicas != 0 ? part.maxReplicas : statusReplicas;
        if (before == 0) {
            return 0;
        }
        long twice = 2L * part.spec * (replicas + surge);
        return (int) ((twice + before) / (2L * before)) - part.spec;
    }
}
