// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lab;

import dev.rollproof.it.RealKubernetes;
import org.junit.jupiter.api.extension.ExtendWith;

/** The lessons on a real Kubernetes in a container. */
@ExtendWith(RealKubernetes.class)
class KubernetesLessonsTest extends Lessons {}
