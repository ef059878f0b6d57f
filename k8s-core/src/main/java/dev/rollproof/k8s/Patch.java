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

        public String contentType() {
            return contentType;
        }
    }

    public Patch {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(body, "body");
    }

    public static Patch json(String body) {
        return new Patch(Type.JSON, body);
    }

    public static Patch merge(String body) {
        return new Patch(Type.MERGE, body);
    }

    public static Patch strategicMerge(String body) {
        return new Patch(Type.STRATEGIC_MERGE, body);
    }
}
