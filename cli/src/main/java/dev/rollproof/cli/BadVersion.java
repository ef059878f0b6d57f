// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The version that turns out to be bad.
 *
 * @param image under which it is declared
 * @param inWords what is bad about it
 */
record BadVersion(String image, ImageBehavior behavior, String inWords) {
    private static final Map<String, String> USUAL = Map.of("failsRequests", "0.5");

    /** Empty where none is wanted. */
    static Optional<BadVersion> of(
            String newImage, Map<String, String> words, Optional<String> declaredAs, Images images) {
        if (declaredAs.isPresent()) {
            if (!words.isEmpty()) {
                throw new UsageException("--bad and --bad-image both say what the bad version is; give one of them");
            }
            String name = declaredAs.get();
            if (!images.isDeclared(name)) {
                throw new UsageException("--bad-image " + name
                        + ": --images does not say what it does, so nothing is bad about it; declare it there");
            }
            return Optional.of(new BadVersion(name, images.of(name), name + ", as --images declares it"));
        }
        if (words.keySet().equals(Set.of("none"))) {
            return Optional.empty();
        }
        Map<String, String> said = words.isEmpty() ? USUAL : words;
        ImageBehavior behavior = images.of(newImage);
        for (Map.Entry<String, String> word : said.entrySet()) {
            try {
                behavior = behavior.with(word.getKey(), word.getValue());
            } catch (IllegalArgumentException unreadable) {
                throw new UsageException("--bad " + word.getKey() + ": " + unreadable.getMessage());
            }
        }
        String what = words.isEmpty()
                ? newImage + ", but it answers half of its requests with 500, while its probes are well"
                : newImage + ", but "
                        + said.entrySet().stream()
                                .map(word -> word.getKey() + ": " + word.getValue())
                                .collect(Collectors.joining(", "));
        return Optional.of(new BadVersion(namedFor(newImage), behavior, what));
    }

    /** Another name, so that its pods can be told from others; of the same repository. */
    private static String namedFor(String newImage) {
        int digest = newImage.indexOf('@');
        String name = digest < 0 ? newImage : newImage.substring(0, digest);
        boolean tagged = name.lastIndexOf(':') > name.lastIndexOf('/');
        return tagged ? name + "-bad" : name + ":bad";
    }
}
