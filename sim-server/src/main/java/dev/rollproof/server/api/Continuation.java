// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where a list that was told in part goes on: at which version, after which object. Clients get it as a text that means
 * nothing to them.
 */
record Continuation(long version, String namespace, String name) {
    static Continuation after(long version, HasMetadata last) {
        return new Continuation(
                version, Metadata.namespace(last), last.getMetadata().getName());
    }

    String token() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("v", "meta.k8s.io/v1");
        tree.put("rv", version);
        tree.put("start", namespace + "/" + name);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(StatusObjects.bytes(tree));
    }

    /** Fails with BadRequest where the text is no token of ours. */
    static Continuation of(String token) {
        try {
            Map<String, Object> tree =
                    Models.parseJson(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
            String start = (String) Objects.requireNonNull(tree.get("start"));
            int slash = start.indexOf('/');
            return new Continuation(
                    ((Number) Objects.requireNonNull(tree.get("rv"))).longValue(),
                    start.substring(0, slash),
                    start.substring(slash + 1));
        } catch (RuntimeException unreadable) {
            throw Refusal.badRequest("continue key is not valid: it is the text that the list before it came with");
        }
    }

    /** Whether an object comes after it, in the order of lists: by namespace, then by name. */
    boolean isBefore(HasMetadata object) {
        int byNamespace = Metadata.namespace(object).compareTo(namespace);
        return byNamespace > 0
                || (byNamespace == 0 && object.getMetadata().getName().compareTo(name) > 0);
    }
}
