// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import java.util.Objects;

/**
 * The namespace of one test: it exists, has its default service account, and is deleted after the test, without waiting for
 * its end. Named after the test, with a random end.
 *
 * @param name such as {@code clock-rollout-test-a-broken-image-fails-x7k2p}
 */
public record TestNamespace(String name) {
    public TestNamespace {
        Objects.requireNonNull(name, "name");
    }

    /** The name: to be put into manifests. */
    @Override
    public String toString() {
        return name;
    }
}
