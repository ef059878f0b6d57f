// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as Kubernetes' tools write them: {@code 60s}, {@code 1m30s}, {@code 500ms}. */
final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h)");

    @Override
    public Duration convert(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            double unit = switch (part.group(2)) {
                case "ms" -> 1e6;
                case "s" -> 1e9;
                case "m" -> 60e9;
                default -> 3600e9;
            };
            sum = sum.plusNanos(Math.round(Double.parseDouble(part.group(1)) * unit));
            end = part.end();
        }
        if (end != text.length() || text.isEmpty()) {
            throw new TypeConversionException("'" + text + "' is no duration; write it as 60s, 1m30s or 500ms");
        }
        return sum;
    }
}
