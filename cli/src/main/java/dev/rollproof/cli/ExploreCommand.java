// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.IntOrPercent;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.explore.ExplorationTable;
import dev.rollproof.strategies.explore.Explorer;
import dev.rollproof.strategies.explore.Setting;
import dev.rollproof.strategies.explore.Setting.Edit;
import dev.rollproof.strategies.explore.TooManyStatesException;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollproof explore}: tries every order in which a small rolling update can happen. */
@Command(
        name = "explore",
        mixinStandardHelpOptions = true,
        description = {
            "Tries every order in which a rolling update of a few replicas can happen.",
            "It says which promises hold, how near they come to being broken, and the shortest way to break those that do not."
        })
final class ExploreCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Rollproof parent;

    @Option(names = "--replicas", required = true, paramLabel = "N", description = "How many: 1 to 15.")
    private int replicas;

    @Option(
            names = "--max-surge",
            defaultValue = "25%",
            paramLabel = "N|N%",
            description = "As in a Deployment. Default: ${DEFAULT-VALUE}.")
    private String maxSurge = "25%";

    @Option(
            names = "--max-unavailable",
            defaultValue = "25%",
            paramLabel = "N|N%",
            description = "As in a Deployment. Default: ${DEFAULT-VALUE}.")
    private String maxUnavailable = "25%";

    @Option(
            names = "--edit",
            defaultValue = "none",
            paramLabel = "EDIT",
            description =
                    "A second change on the way: none, rollover, rollback or settled-rollback. Default: ${DEFAULT-VALUE}.")
    private String edit = "none";

    @Option(names = "--readiness-loss", description = "One ready pod loses its readiness on the way.")
    private boolean readinessLoss;

    @Option(
            names = "--most-states",
            defaultValue = "" + Explorer.DEFAULT_LIMIT,
            paramLabel = "N",
            description = "Give up beyond so many; default ${DEFAULT-VALUE}.")
    private int mostStates = Explorer.DEFAULT_LIMIT;

    @Override
    public Integer call() {
        if (mostStates < 1) {
            throw new UsageException("--most-states must be at least 1, was " + mostStates);
        }
        try {
            Setting setting = new Setting(replicas, posts(), edit(), readinessLoss);
            ExplorationTable.of(Explorer.explore(setting, mostStates))
                    .forEach(Objects.requireNonNull(parent).console().out()::println);
        } catch (TooManyStatesException tooMany) {
            throw new UsageException(tooMany.getMessage() + " with --most-states");
        }
        return ExitCode.ROLLED_OUT;
    }

    private Fenceposts posts() {
        if (replicas < 1 || replicas > Setting.MOST_REPLICAS) {
            throw new UsageException("--replicas must be between 1 and " + Setting.MOST_REPLICAS + ", was " + replicas
                    + "; what is false is false for few already");
        }
        Fenceposts posts;
        try {
            posts = RollingUpdate.of(limit("--max-surge", maxSurge), limit("--max-unavailable", maxUnavailable))
                    .fenceposts(replicas);
        } catch (IllegalArgumentException invalid) {
            throw new UsageException(String.valueOf(invalid.getMessage()));
        }
        if (posts.surge() > Setting.MOST_REPLICAS) {
            throw new UsageException(
                    "--max-surge must be at most " + Setting.MOST_REPLICAS + " pods, was " + posts.surge());
        }
        return posts;
    }

    private static IntOrPercent limit(String flag, String text) {
        try {
            return text.endsWith("%") ? IntOrPercent.from(text) : IntOrPercent.of(Integer.parseInt(text));
        } catch (NumberFormatException invalid) {
            throw new UsageException(flag + " must be a number of pods or a percentage such as 25%, was " + text);
        } catch (IllegalArgumentException invalid) {
            throw new UsageException(flag + ": " + invalid.getMessage());
        }
    }

    private Edit edit() {
        for (Edit candidate : Edit.values()) {
            if (candidate.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(edit)) {
                return candidate;
            }
        }
        throw new UsageException("--edit must be none, rollover, rollback or settled-rollback, was " + edit);
    }
}
