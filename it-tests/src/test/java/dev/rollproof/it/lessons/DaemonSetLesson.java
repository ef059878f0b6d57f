// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;

/**
 * A DaemonSet replaces its pods node by node, and takes no more of the old ones away than maxUnavailable allows, one by default. So a
 * broken version costs one node its pod; and a mended one replaces that pod first, by itself.
 */
class DaemonSetLesson extends SetLesson {
    /** The clock's pods in a DaemonSet. */
    static DaemonSet of(Clock clock) {
        return new DaemonSetBuilder()
                .withNewMetadata()
                .withName("clock")
                .withNamespace(clock.ref().namespace())
                .endMetadata()
                .withNewSpec()
                .withSelector(clock.deployment().getSpec().getSelector())
                .withTemplate(clock.deployment().getSpec().getTemplate())
                .endSpec()
                .build();
    }

    @Override
    HasMetadata workload(Clock clock) {
        return of(clock);
    }

    @Override
    void mend(HasMetadata mended) throws InterruptedException {
        verify(mended).orElseThrow();
    }
}
