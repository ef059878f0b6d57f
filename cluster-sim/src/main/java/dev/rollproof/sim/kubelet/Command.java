// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a command of a container does that is the same in every image: {@code true}, {@code false}, {@code sleep}, and
 * {@code sh -c} with those and {@code exit}. It ends by itself, and as a container's first process it does not hear SIGTERM.
 *
 * @param after how long it runs
 * @param exitCode how it ends
 */
record Command(Duration after, int exitCode) {
    /** The command that stands in the pod; empty where it is the image's own or one that nobody knows here. */
    static Optional<Command> of(Container container) {
        List<String> words = new ArrayList<>();
        if (container.getCommand() == null || container.getCommand().isEmpty()) {
            return Optional.empty();
        }
        words.addAll(container.getCommand());
        if (container.getArgs() != null) {
            words.addAll(container.getArgs());
        }
        return of(words);
    }

    static Optional<Command> of(List<String> words) {
        String program = words.get(0).substring(words.get(0).lastIndexOf('/') + 1);
        if ((program.equals("sh") || program.equals("bash"))
                && words.size() == 3
                && words.get(1).startsWith("-")) {
            return script(words.get(2));
        }
        return switch (program) {
            case "true" -> Optional.of(new Command(Duration.ZERO, 0));
            case "false" -> Optional.of(new Command(Duration.ZERO, 1));
            case "sleep" -> words.size() == 2 ? sleep(words.get(1)) : Optional.empty();
            case "exit" -> words.size() == 2 ? exit(words.get(1)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** A line of commands, if all are known. */
    private static Optional<Command> script(String line) {
        Duration after = Duration.ZERO;
        int exitCode = 0;
        for (String part : line.split("\\s*(;|&&)\\s*")) {
            if (part.isBlank()) {
                continue;
            }
            if (exitCode != 0 && line.contains("&&")) {
                break;
            }
            Optional<Command> command =
                    of(List.of(part.trim().replaceFirst("^exec ", "").split("\\s+")));
            if (command.isEmpty()) {
                return Optional.empty();
            }
            after = after.plus(command.get().after);
            exitCode = command.get().exitCode;
            if (part.trim().startsWith("exit")) {
                break;
            }
        }
        return Optional.of(new Command(after, exitCode));
    }

    private static Optional<Command> exit(String code) {
        return code.matches("\\d{1,3}")
                ? Optional.of(new Command(Duration.ZERO, Integer.parseInt(code)))
                : Optional.empty();
    }

    private static Optional<Command> sleep(String time) {
        if (time.equals("infinity") || time.equals("inf")) {
            return Optional.of(new Command(Duration.ofDays(36500), 0));
        }
        if (!time.matches("\\d{1,9}(\\.\\d{1,3})?[smhd]?")) {
            return Optional.empty();
        }
        char unit = time.charAt(time.length() - 1);
        double number = Double.parseDouble(Character.isDigit(unit) ? time : time.substring(0, time.length() - 1));
        long factor = switch (unit) {
            case 'm' -> 60_000;
            case 'h' -> 3_600_000;
            case 'd' -> 86_400_000;
            default -> 1000;
        };
        return Optional.of(new Command(Duration.ofMillis(Math.round(number * factor)), 0));
    }
}
