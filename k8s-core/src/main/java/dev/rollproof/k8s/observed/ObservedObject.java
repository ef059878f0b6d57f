// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import dev.rollproof.k8s.ObjectRef;

/** An object of a cluster as it was observed at one version. A new kind is a new case, and a breaking change for exhaustive switches. */
public sealed interface ObservedObject
        permits ObservedWorkload,
                ObservedReplicaSet,
                ObservedPod,
                ObservedService,
                ObservedEndpointSlice,
                ObservedEvent,
                ObservedOther {
    ObservedMetadata metadata();

    default ObjectRef ref() {
        return metadata().ref();
    }
}
