// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;

/**
 * A StatefulSet replaces its pods one by one, from the last to the first, and touches none while another is not ready. So a broken
 * version stops at its first pod, which protects the others, and that pod stays in the way of every later version, the mended one
 * included, until somebody deletes it.
 */
class StatefulSetLesson extends SetLesson {
    /** The clock's pods in a StatefulSet. */
    static StatefulSet of(Clock clock) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withName("clock")
                .withNamespace(clock.ref().namespace())
                .endMetadata()
                .withNewSpec()
                .withServiceName("clock")
                .withReplicas(clock.deployment().getSpec().getReplicas())
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
        // The broken pod is of an older version now, and still not ready: nobody replaces it.
        Verdict blocked = verify(mended);
        figure("%s", blocked.summary());
        assertThat(blocked).as(blocked.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(blocked.evidence().elapsed()).isLessThan(ofSeconds(30));
        assertThat(blocked.evidence().causes().get(0).message())
                .endsWith(
                        "; it is of an older template, and OrderedReady replaces no pod while one is not ready: delete it");

        cluster.delete(
                Pod.class, namespace.name(), blocked.evidence().causes().get(0).pod(), DeleteOptions.defaults());
        verify(mended).orElseThrow();
    }
}
