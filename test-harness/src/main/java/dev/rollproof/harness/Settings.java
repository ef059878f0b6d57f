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
 * @param speed how many seconds of a served simulated cluster pass in one; empty for what a property says, or its kind has
 */
record Settings(
        ClusterKind kind,
        UnaryOperator<SimulatedCluster.Builder> simulated,
        Optional<String> k3sImage,
        List<Path> tars,
        boolean recordAll,
        OptionalDouble speed) {
    private static final String SPEED = "rollproof.speed";

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

    /**
     * How many seconds of a served simulated cluster pass in one, said here or by {@code -Drollproof.speed}; empty where neither says so.
     *
     * @throws IllegalArgumentException if the property is not a positive number
     */
    OptionalDouble speed(ExtensionContext context) {
        if (speed.isPresent()) {
            return speed;
        }
        Optional<String> property = context.getConfigurationParameter(SPEED).filter(text -> !text.isBlank());
        return property.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(speed(property.get()));
    }

    private static double speed(String text) {
        try {
            double speed = Double.parseDouble(text.strip());
            if (isSpeed(speed)) {
                return speed;
            }
        } catch (NumberFormatException unreadable) {
            // The sentence is the same.
        }
        throw new IllegalArgumentException(SPEED + " is \"" + text + "\"; give a positive number, such as 10");
    }

    static boolean isSpeed(double value) {
        return value > 0 && !Double.isInfinite(value);
    }

    ClusterKind kind(ExtensionContext context) {
        return kind.orChosenBy(context.getConfigurationParameter(ClusterKind.PROPERTY));
    }
}
