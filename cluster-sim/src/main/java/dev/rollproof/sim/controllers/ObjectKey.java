// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** What a work queue holds: which object to look at, never the object itself. */
record ObjectKey(String namespace, String name) {
    static ObjectKey of(HasMetadata object) {
        return new ObjectKey(Metadata.namespace(object), object.getMetadata().getName());
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
