// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Kinds that are not stored: a client posts one about itself, and is answered with the same one, filled in. */
enum Review {
    SELF_SUBJECT_REVIEW("authentication.k8s.io", "SelfSubjectReview"),
    SELF_SUBJECT_ACCESS_REVIEW("authorization.k8s.io", "SelfSubjectAccessReview"),
    SELF_SUBJECT_RULES_REVIEW("authorization.k8s.io", "SelfSubjectRulesReview");

    /** Of all their groups. */
    static final String VERSION = "v1";

    private final String group;
    private final String kind;

    Review(String group, String kind) {
        this.group = group;
        this.kind = kind;
    }

    String group() {
        return group;
    }

    String kind() {
        return kind;
    }

    String apiVersion() {
        return group + "/" + VERSION;
    }

    /** As paths have it. */
    String plural() {
        return singular() + "s";
    }

    String singular() {
        return kind.toLowerCase(Locale.ROOT);
    }

    static List<String> groups() {
        return List.of(SELF_SUBJECT_REVIEW.group, SELF_SUBJECT_ACCESS_REVIEW.group);
    }

    static List<Review> of(String group) {
        return List.of(values()).stream()
                .filter(review -> review.group.equals(group))
                .toList();
    }

    /** Null where there is none of that name. */
    static @Nullable Review find(String group, String plural) {
        for (Review review : of(group)) {
            if (review.plural().equals(plural)) {
                return review;
            }
        }
        return null;
    }
}
