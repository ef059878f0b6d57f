// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What a test asks of its cluster, by annotation or by builder.
 *
 * @param simulated what to simulate beyond the defaults
 * @param k3sImage empty for the one that properties choose
 * @param tars images to load into k3s
 * @param recordAll whether what happened is also kept of tests that pass
 * @param speed how many seconds of a served simulated cluster pass in one; empty for what its kind has
 */
record Settings(
        ClusterKind kind,
        UnaryOperator<SimulatedCluster.Builder> simulated,
        Optional<String> k3sImage,
        List<Path> tars,
        boolean recordAll,
        OptionalDouble speed) {
    static final Settings DEFAULTS = new Settings(
            ClusterKind.CHOSEN, UnaryOperator.identity(), Optional.empty(), List.of(), false, OptionalDouble.empty());

    Settings {
        tars = List.copyOf(tars);
    }

    /** Those of the nearest annotation: on the method, its class, or a class around that. */
    static Settings annotatedAt(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), ClusterTest.class)
                .or(() -> context.getTestClass()
                        .flatMap(type -> AnnotationSupport.findAnnotation(
                                type, ClusterTest.class, context.getEnclosingTestClasses())))
                .map(Settings::from)
                .orElse(DEFAULTS);
    }

    private static Settings from(ClusterTest annotation) {
        List<String> lines = List.of(annotation.images());
        // Read anew for each cluster, which goes on using what it gets.
        return new Settings(
                annotation.value(),
                simulated -> lines.isEmpty() ? simulated : simulated.images(images(lines)),
                Optional.empty(),
                List.of(),
                false,
                OptionalDouble.empty());
    }

    private static Images images(List<String> lines) {
        Images images = new Images();
        for (String line : lines) {
            images.addAll(Images.fromYaml("images: {" + line + "}", "@ClusterTest(images = \"" + line + "\")"));
        }
        return images;
    }

    ClusterKind kind(ExtensionContext context) {
        return kind.orChosenBy(context.getConfigurationParameter(ClusterKind.PROPERTY));
    }
}
