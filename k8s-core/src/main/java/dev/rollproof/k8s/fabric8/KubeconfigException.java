// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

/** A kubeconfig cannot be used; the message names the file and says what to do. */
public final class KubeconfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KubeconfigException(String message) {
        super(message);
    }
}
