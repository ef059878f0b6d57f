// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Objects;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Runs a sample of a test class as JUnit would, and tells what came of it. */
record Trial(EngineExecutionResults results) {
    /**
     * @param parameters of JUnit's configuration: key, value, key, value
     */
    static Trial of(Class<?> sample, String... parameters) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter").selectors(selectClass(sample));
        for (int i = 0; i < parameters.length; i += 2) {
            kit.configurationParameter(parameters[i], parameters[i + 1]);
        }
        return new Trial(kit.execute());
    }

    long succeeded() {
        return results.testEvents().succeeded().count();
    }

    /** What made tests and classes fail, or why they were skipped; a class before its tests. */
    List<String> failures() {
        return messages(results.allEvents().failed());
    }

    List<String> aborted() {
        return messages(results.allEvents().aborted());
    }

    private static List<String> messages(Events events) {
        return events.stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .flatMap(result -> result.getThrowable().stream())
                .map(failure -> Objects.requireNonNullElse(failure.getMessage(), failure.toString()))
                .toList();
    }

    List<String> skipped() {
        return results.allEvents().skipped().stream()
                .map((Event event) -> event.getRequiredPayload(String.class))
                .toList();
    }
}
