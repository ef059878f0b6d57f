// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.demo;

import dev.rollproof.cli.compare.SimulatedBeds;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.strategies.compare.Comparison;
import dev.rollproof.strategies.compare.ComparisonReport;
import dev.rollproof.strategies.compare.ComparisonTable;
import dev.rollproof.strategies.compare.Scenario;
import dev.rollproof.strategies.compare.Standing;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.PrintStream;
import java.util.Optional;

/** Row 14 of the exercise: how the strategies differ. Each is tried on clusters of its own. */
final class SideBySide {
    /** Enough to see a spread, few enough to wait for. */
    private static final int SEEDS = 10;

    private static final String NEW = "clock:1.2";
    private static final String BAD = "clock:1.2-bad";

    private SideBySide() {}

    /** Prints the table; returns whether every strategy rolled the new version out, and stopped the bad one. */
    static boolean play(Deployment clock, Service service, long seed, PrintStream out) throws InterruptedException {
        Scenario scenario = Scenario.of(clock, Optional.empty(), NEW)
                .behind(service)
                .withBadImage(BAD, NEW + ", but it answers half of its requests with 500, while its probes are well");
        Images images = new Images().declare(BAD, ImageBehavior.wellBehaved().failsRequests(0.5));
        ComparisonReport report = Comparison.of(scenario)
                .seeds(seed, SEEDS)
                .run(new SimulatedBeds(images, SimulatedBeds.nodesFor(scenario)));
        out.println();
        out.println("14  how the strategies differ, each on clusters of its own with users on the Service");
        out.println();
        ComparisonTable.of(report).forEach(out::println);
        return report.leftOut().isEmpty() && report.standings().stream().allMatch(SideBySide::endedAsExpected);
    }

    private static boolean endedAsExpected(Standing standing) {
        return standing.notComplete().isEmpty() && standing.notStopped().isEmpty();
    }
}
