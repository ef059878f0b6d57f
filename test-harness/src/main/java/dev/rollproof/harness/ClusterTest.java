// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class, or one test, a cluster. On the simulated one, unless {@link #value} or
 * {@code -Drollproof.cluster=sim|served|k3s|kubeconfig} says otherwise.
 *
 * <pre>{@code
 * @ClusterTest
 * class ClockRolloutTest {
 *     @Test
 *     void aRolloutCompletes(Cluster cluster, TestNamespace namespace) throws InterruptedException {
 *         ...
 *     }
 * }
 * }</pre>
 *
 * <p>What it injects, and when, {@link ClusterExtension} says.
 *
 * <p>Work of a test that waits, for a process or a latch, does so on a thread of its own, and not in
 * {@code CompletableFuture.supplyAsync} without an executor: since Java 25 that pool has one thread where there are two
 * processors, and the JDK's HTTP client, which an injected client uses, hands over its answers on it.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(ClusterExtension.class)
public @interface ClusterTest {
    /** The kind of cluster; by default the property's choice. */
    ClusterKind value() default ClusterKind.CHOSEN;

    /**
     * What images do on a simulated cluster, each as a line of {@code Images.fromYaml}, such as
     * {@code "clock:broken: {crashAfter: 1s, exitCode: 1}"}. Other images behave well. Means nothing on other clusters, which
     * run what is in the image.
     */
    String[] images() default {};
}
