// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much there is for the pods of the Deployment, those that run now included: a quota, or nodes, less what others use. Empty is
 * without limit.
 *
 * @param pods how many
 * @param cpu cores
 * @param memory bytes
 */
public record Room(Optional<Integer> pods, Optional<BigDecimal> cpu, Optional<BigDecimal> memory) {
    public static Room ofPods(int pods) {
        return new Room(Optional.of(pods), Optional.empty(), Optional.empty());
    }

    /** What of so many pods does not fit, such as {@code 4 pods, where there is room for 3}. */
    List<String> missing(int wanted, Resources requested) {
        List<String> missing = new ArrayList<>();
        pods.filter(most -> wanted > most)
                .ifPresent(most -> missing.add(wanted + " pods, where there is room for " + most));
        cpu.filter(most -> requested.cpu().compareTo(most) > 0)
                .ifPresent(most ->
                        missing.add(requested.cpu().toPlainString() + " CPU, where there are " + most.toPlainString()));
        memory.filter(most -> requested.memory().compareTo(most) > 0)
                .ifPresent(most -> missing.add(new Resources(BigDecimal.ZERO, requested.memory())
                                .toString()
                                .replace("0 CPU and ", "")
                        + ", where there are "
                        + new Resources(BigDecimal.ZERO, most).toString().replace("0 CPU and ", "")));
        return missing;
    }
}
