// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import io.fabric8.kubernetes.api.model.Namespace;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** A test class that leaves the choice of its cluster to whoever runs it. */
@ClusterTest
public class ChosenSample {
    @Test
    void first(Cluster cluster, TestNamespace namespace) {
        Assertions.assertThat(cluster.get(Namespace.class, "", namespace.name()))
                .isPresent();
    }

    @Test
    void second() {}
}
