// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The words for a behaviour, the same in a file and in annotations: {@code readyAfter: 2s}, {@code ready-after: 2s}. */
final class BehaviorWords {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s*(ms|s|m|h)");
    private static final Map<String, BiFunction<ImageBehavior, String, ImageBehavior>> WORDS = new LinkedHashMap<>();

    private interface Timed {
        ImageBehavior apply(ImageBehavior behavior, Duration least, Duration most);
    }

    static {
        timed("pullTakes", ImageBehavior::pullTakes);
        timed("startsIn", ImageBehavior::startsIn);
        timed("readyAfter", ImageBehavior::readyAfter);
        timed("crashAfter", ImageBehavior::crashesAfter);
        timed("outOfMemoryAfter", ImageBehavior::outOfMemoryAfter);
        timed("livenessFailsAfter", ImageBehavior::livenessFailsAfter);
        timed("stopsIn", ImageBehavior::stopsIn);
        timed("drainsFor", ImageBehavior::drainsFor);
        timed("answersIn", ImageBehavior::answersIn);
        WORDS.put("failsRequests", (behavior, text) -> behavior.failsRequests(part(text)));
        WORDS.put("exitCode", (behavior, text) -> behavior.withExitCode(number(text, 255)));
        WORDS.put("crashes", (behavior, text) -> behavior.times(number(text, 1_000_000)));
        WORDS.put("listensOn", (behavior, text) -> behavior.listensOn(ports(text)));
        WORDS.put("cannotBePulled", ImageBehavior::cannotBePulled);
        flag("neverReady", ImageBehavior::neverReady);
        flag("closesWhileDraining", ImageBehavior::closesWhileDraining);
        flag("ignoresSigterm", ImageBehavior::ignoresSigterm);
        flag("notFound", ImageBehavior::notFound);
        flag("commandNotFound", ImageBehavior::commandNotFound);
        flag("runsAsNonRoot", ImageBehavior::runsAsNonRoot);
    }

    private BehaviorWords() {}

    private static void timed(String word, Timed timed) {
        WORDS.put(word, (behavior, text) -> {
            String[] bounds = text.split("\\.\\.", -1);
            if (bounds.length > 2) {
                throw notADuration(text);
            }
            Duration least = duration(bounds[0].trim());
            Duration most = bounds.length == 2 ? duration(bounds[1].trim()) : least;
            if (most.compareTo(least) < 0) {
                throw new IllegalArgumentException("\"" + text + "\" goes backwards; write the shorter time first");
            }
            return timed.apply(behavior, least, most);
        });
    }

    private static void flag(String word, UnaryOperator<ImageBehavior> set) {
        WORDS.put(word, (behavior, text) -> switch (text) {
            case "true" -> set.apply(behavior);
            case "false" -> behavior;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not true or false");
        });
    }

    static Set<String> all() {
        return WORDS.keySet();
    }

    /**
     * A behaviour with one thing changed.
     *
     * @throws IllegalArgumentException that says what is wrong with the word or its value, without naming the source
     */
    static ImageBehavior apply(ImageBehavior behavior, String word, String value) {
        BiFunction<ImageBehavior, String, ImageBehavior> change = WORDS.get(word);
        if (change == null) {
            throw new IllegalArgumentException("unknown word; use one of " + String.join(", ", all()));
        }
        return change.apply(behavior, value);
    }

    /** {@code ready-after} as {@code readyAfter}. */
    static String fromAnnotation(String key) {
        StringBuilder word = new StringBuilder();
        for (String part : key.split("-", -1)) {
            word.append(
                    word.isEmpty() || part.isEmpty()
                            ? part
                            : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return word.toString();
    }

    private static int number(String text, int most) {
        if (!text.matches("\\d{1,7}") || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException("\"" + text + "\" is not a whole number from 0 to " + most);
        }
        return Integer.parseInt(text);
    }

    private static int[] ports(String text) {
        if (!text.matches("[1-9]\\d{0,4}(\\s*,\\s*[1-9]\\d{0,4})*")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a port, or several like 8080, 9090");
        }
        return Stream.of(text.split("\\s*,\\s*", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static double part(String text) {
        if (!text.matches("0|1|0?\\.\\d{1,9}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number from 0 to 1, such as 0.05");
        }
        return Double.parseDouble(text);
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw notADuration(text);
        }
        double factor = switch (matcher.group(2)) {
            case "ms" -> 1;
            case "s" -> 1000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * factor));
    }

    private static IllegalArgumentException notADuration(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a duration; write it like 500ms, 2s, 1.5m or 1h, or as a range like 1s..3s");
    }
}
