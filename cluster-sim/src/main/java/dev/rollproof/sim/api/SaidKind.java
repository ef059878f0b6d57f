// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Optional;

/**
 * The kind that a client says its object is of.
 *
 * @param apiVersion such as {@code apps/v1}
 * @param kind such as {@code Deployment}
 */
public record SaidKind(String apiVersion, String kind) {
    private String group() {
        return apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
    }

    /** Its version without the group. */
    public String version() {
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }

    /** Why it cannot stand where an object of another kind is expected, in the words of the server's scheme; empty if it can. */
    public Optional<String> problemAs(SaidKind expected) {
        if (equals(expected)) {
            return Optional.empty();
        }
        if (Models.modelOf(apiVersion, kind).equals(GenericKubernetesResource.class)) {
            return Optional.of(unknown());
        }
        String internal = expected.group().isEmpty() ? "core" : expected.group().replaceFirst("\\..*", "");
        return Optional.of("converting (" + version() + "." + kind + ") to (" + internal + "." + expected.kind
                + "): unknown conversion");
    }

    /** What the server's scheme says of a kind that it does not have: of 1.37, other versions have another line there. */
    public String unknown() {
        return "no kind \"" + kind + "\" is registered for version \"" + apiVersion
                + "\" in scheme \"pkg/runtime/scheme.go:111\"";
    }

    /** Whether it is an earlier form of the same kind, which a real server reads before it says that it is not the one. */
    public boolean isEarlier(SaidKind than) {
        boolean earlierGroup = group().equals("extensions") && than.group().equals("apps");
        return kind.equals(than.kind) && version().contains("beta") && (earlierGroup || group().equals(than.group()));
    }
}
