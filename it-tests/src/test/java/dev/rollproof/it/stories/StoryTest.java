// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.observed.Observed;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import org.junit.jupiter.api.Test;

class StoryTest {
    private final Story.Teller teller = new Story.Teller();

    private void tell(String name, String component, int count) {
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .endMetadata()
                .withNewInvolvedObject()
                .withKind("Pod")
                .withNamespace("shop")
                .withName("clock-1")
                .withUid("u1")
                .endInvolvedObject()
                .withNewSource()
                .withComponent(component)
                .endSource()
                .withReason("Unhealthy")
                .withCount(count)
                .build();
        teller.tell(Change.Type.MODIFIED, Observed.from(event));
    }

    @Test
    void aComponentThatToldOfAPodTwentyFiveTimesMayHaveHadMoreToTell() {
        tell("clock-1.unhealthy", "kubelet", 21);
        tell("clock-1.unhealthy", "kubelet", 22);
        tell("clock-1.started", "kubelet", 1);
        tell("clock-1.pulled", "kubelet", 1);
        assertThat(teller.story().mayHaveBeenSilent("event Pod Killing")).isFalse();

        tell("clock-1.unhealthy", "kubelet", 23);

        assertThat(teller.story().mayHaveBeenSilent("event Pod Killing")).isTrue();
        assertThat(teller.story().mayHaveBeenSilent("event ReplicaSet SuccessfulCreate"))
                .as("about another kind")
                .isFalse();
        assertThat(teller.story().mayHaveBeenSilent("pod Failed PodFailed"))
                .as("what is no event")
                .isFalse();
    }

    @Test
    void whatTwoComponentsToldIsNotAddedUp() {
        tell("clock-1.unhealthy", "kubelet", 24);
        tell("clock-1.scheduled", "default-scheduler", 1);

        assertThat(teller.story().mayHaveBeenSilent("event Pod Killing")).isFalse();
    }
}
