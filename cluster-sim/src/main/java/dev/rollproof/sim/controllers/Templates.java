// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares pod templates, and names them by a hash. */
final class Templates {
    static final String HASH_LABEL = "pod-template-hash";
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private final Map<String, Compared> compared = new HashMap<>();

    /** Templates are frozen, so that two of them have to be compared once. */
    private record Compared(PodTemplateSpec wanted, PodTemplateSpec owned, boolean equal) {}

    /**
     * Whether a ReplicaSet's template is the wanted one but for the hash label.
     *
     * @param uid of the ReplicaSet
     */
    @SuppressWarnings("ReferenceEquality")
    boolean equal(String uid, PodTemplateSpec wanted, PodTemplateSpec owned) {
        Compared before = compared.get(uid);
        if (before != null && before.wanted == wanted && before.owned == owned) {
            return before.equal;
        }
        boolean equal = equalIgnoringHash(wanted, owned);
        compared.put(uid, new Compared(wanted, owned, equal));
        return equal;
    }

    void forget(String uid) {
        compared.remove(uid);
    }

    static boolean equalIgnoringHash(PodTemplateSpec a, PodTemplateSpec b) {
        ObjectMeta left = a.getMetadata() == null ? new ObjectMeta() : a.getMetadata();
        ObjectMeta right = b.getMetadata() == null ? new ObjectMeta() : b.getMetadata();
        return withoutHash(left.getLabels()).equals(withoutHash(right.getLabels()))
                && orEmpty(left.getAnnotations()).equals(orEmpty(right.getAnnotations()))
                && Objects.equals(left.getFinalizers(), right.getFinalizers())
                && Objects.equals(a.getSpec(), b.getSpec());
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }

    private static Map<String, String> withoutHash(@Nullable Map<String, String> labels) {
        if (labels == null || !labels.containsKey(HASH_LABEL)) {
            return orEmpty(labels);
        }
        Map<String, String> rest = new HashMap<>(labels);
        rest.remove(HASH_LABEL);
        return rest;
    }

    /**
     * A stable 32-bit hash (FNV-1a) in Kubernetes' alphabet. Not the hash that Kubernetes computes, which is of a dump in
     * Go's syntax.
     */
    static String hash(PodTemplateSpec template, @Nullable Integer collisionCount) {
        int hash = 0x811c9dc5;
        String text = Models.toJson(Models.toTree(template)) + (collisionCount == null ? "" : "/" + collisionCount);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        return safe(hash);
    }

    /** A hash in letters and digits that make no words. */
    static String safe(int hash) {
        StringBuilder name = new StringBuilder();
        for (char digit : Integer.toUnsignedString(hash).toCharArray()) {
            name.append(ALPHABET.charAt(digit % ALPHABET.length()));
        }
        return name.toString();
    }
}
