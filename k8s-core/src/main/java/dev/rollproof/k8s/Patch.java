// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.util.Objects;

/**
 * A patch in one of Kubernetes' formats.
 *
 * @param type the format
 * @param body JSON text
 */
public record Patch(Type type, String body) {
    /** The patch formats of Kubernetes' API, each with its content type. */
    public enum Type {
        /** RFC 6902: a list of operations. */
        JSON("application/json-patch+json"),
        /** RFC 7386: an object; lists are replaced whole. */
        MERGE("application/merge-patch+json"),
        /** Kubernetes' own: lists such as containers are merged by their key. */
        STRATEGIC_MERGE("application/strategic-merge-patch+json");

        private final String contentType;

        Type(String contentType) {
            this.contentType = contentType;
        }

        /** Such as {@code application/merge-patch+json}. */
        public String contentType() {
            return contentType;
        }
    }

    public Patch {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(body, "body");
    }

    /** RFC 6902, such as {@code [{"op": "replace", "path": "/spec/replicas", "value": 3}]}. */
    public static Patch json(String body) {
        return new Patch(Type.JSON, body);
    }

    /** RFC 7386, such as {@code {"spec": {"replicas": 3}}}; null takes a field away, a list is replaced whole. */
    public static Patch merge(String body) {
        return new Patch(Type.MERGE, body);
    }

    /** Kubernetes' own: as a merge patch, but that containers and other lists with a key are merged by it. */
    public static Patch strategicMerge(String body) {
        return new Patch(Type.STRATEGIC_MERGE, body);
    }
}
