// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import dev.rollproof.k8s.ObjectRef;
import java.time.Instant;
import java.util.Optional;

/**
 * An Event: a remark of a controller or kubelet on an object. Events are best effort: they come late, doubled, or never.
 *
 * @param regarding the object it is about
 * @param regardingUid that object's uid; {@code ""} where the event does not say
 * @param type {@code Normal} or {@code Warning}
 * @param reason a word for programs, such as {@code FailedMount}
 * @param message a sentence for people; its wording changes between versions of Kubernetes
 * @param count how often it was seen
 * @param source who remarked, such as {@code kubelet}
 */
public record ObservedEvent(
        ObservedMetadata metadata,
        ObjectRef regarding,
        String regardingUid,
        String type,
        String reason,
        String message,
        int count,
        String source,
        Optional<Instant> lastSeen)
        implements ObservedObject {
    public boolean isWarning() {
        return type.equals("Warning");
    }
}
