// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which texts name an image: a registry, a repository, a tag and a digest, of which only the repository has to be there. */
public final class ImageName {
    private static final Pattern UPPER_CASE =
            Pattern.compile("^(?:[^/]*[.:][^/]*/|localhost/)?([^:@]*[A-Z][^:@]*)(?:[:@].*)?$");
    private static final Pattern IMAGE = Pattern.compile(
            "(?:[\\w.-]+(?::\\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?");

    private ImageName() {}

    /** Why a text names no image, in the words of the library that kubelets read it with; empty if it does. */
    public static Optional<String> problemOf(String image) {
        if (IMAGE.matcher(image).matches()) {
            return Optional.empty();
        }
        Matcher upper = UPPER_CASE.matcher(image);
        return Optional.of("invalid reference format"
                + (upper.matches() ? ": repository name (" + upper.group(1) + ") must be lowercase" : ""));
    }
}
